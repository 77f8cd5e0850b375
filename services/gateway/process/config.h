#pragma once

#include "common/config/config.h"
#include "services/gateway/process/gateway.h"

namespace jointly::gateway {

// The gateway's flags: those of every process (a database and keys are not used), and its own.
// Prints help, the configuration or all problems and ends the process where that is asked for.
GatewayOptions LoadConfig(int argc, char** argv);

}  // namespace jointly::gateway
