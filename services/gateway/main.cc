#include "services/gateway/process/config.h"
#include "services/gateway/process/gateway.h"

int main(int argc, char** argv) {
  jointly::gateway::HoldSignals();
  jointly::gateway::Gateway gateway(jointly::gateway::LoadConfig(argc, argv));
  return gateway.Run();
}
