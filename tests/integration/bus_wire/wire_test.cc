#include <gtest/gtest.h>

#include "tests/support/broker_fixture.h"

// The bus while the wire to the broker fails: through a gate that cuts, resets, delays, stalls and
// damages what flows.
namespace jointly::test {
namespace {

using std::chrono::milliseconds;

struct WireFault {
  std::string name;
  std::function<void(TcpGate&)> begin;
  milliseconds lasts;
};

class WireFaultTest : public BrokerTest, public testing::WithParamInterface<WireFault> {};

TEST_P(WireFaultTest, LosesNothingAndRecovers) {
  if (testing::Test::IsSkipped()) return;
  TcpGate producer_gate("127.0.0.1", port());
  TcpGate consumer_gate("127.0.0.1", port());
  StartExchange(UrlThrough(producer_gate), UrlThrough(consumer_gate));
  StartLoad(milliseconds(2));
  ASSERT_TRUE(WaitUntil([&] { return consumer_->Effects().size() >= 50; }, milliseconds(15'000)));
  for (TcpGate* gate : {&producer_gate, &consumer_gate}) GetParam().begin(*gate);
  std::this_thread::sleep_for(GetParam().lasts);
  for (TcpGate* gate : {&producer_gate, &consumer_gate}) gate->Heal();
  std::this_thread::sleep_for(milliseconds(300));
  ExpectAllApplied(std::chrono::seconds(30));
  // Before the gates go.
  consumer_.reset();
  producer_.reset();
}

INSTANTIATE_TEST_SUITE_P(
    Faults, WireFaultTest,
    testing::Values(
        WireFault{"Reset", [](TcpGate& gate) { gate.Reset(); }, milliseconds(300)},
        WireFault{"Cut", [](TcpGate& gate) { gate.Cut(); }, milliseconds(300)},
        WireFault{"CutInsideAFrame", [](TcpGate& gate) { gate.CutAfter(7'001); },
                  milliseconds(1'500)},
        WireFault{"Delay", [](TcpGate& gate) { gate.Delay(milliseconds(150)); },
                  milliseconds(2'000)},
        WireFault{"Throttle", [](TcpGate& gate) { gate.Throttle(30'000); }, milliseconds(2'000)},
        WireFault{"HalfOpen", [](TcpGate& gate) { gate.StallBoth(); }, milliseconds(3'500)},
        WireFault{"OneWay", [](TcpGate& gate) { gate.Stall(TcpGate::Way::kToClient); },
                  milliseconds(3'500)},
        WireFault{"OtherWay", [](TcpGate& gate) { gate.Stall(TcpGate::Way::kToServer); },
                  milliseconds(3'500)},
        WireFault{"Refused",
                  [](TcpGate& gate) {
                    gate.Refuse(true);
                    gate.Reset();
                  },
                  milliseconds(1'500)},
        WireFault{"DamageToTheBroker",
                  [](TcpGate& gate) { gate.Corrupt(TcpGate::Way::kToServer, 1'234); },
                  milliseconds(1'500)},
        WireFault{"DamageFromTheBroker",
                  [](TcpGate& gate) { gate.Corrupt(TcpGate::Way::kToClient, 2'345); },
                  milliseconds(1'500)}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace jointly::test
