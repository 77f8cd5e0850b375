#include "common/workflow/workflow.h"

#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

namespace jointly::workflow {
namespace {

enum class State { kOpen = 1, kHeld = 2, kShut = 63 };
enum class Action { kHold, kShut, kReopen };
enum class Role { kGuest, kOwner };
struct Door {
  int people = 0;
  bool locked = false;
};
using DoorMove = Move<State, Action, Role, Door>;

constexpr Guard<Door> kEmpty{
    "D1", "Nobody is inside", [](const Door& door) -> Verdict {
      return {door.people == 0, std::to_string(door.people) + " inside", "Ask them to leave."};
    }};
constexpr Guard<Door> kUnlocked{"D2", "Not locked", [](const Door& door) -> Verdict {
                                  return {!door.locked, "locked", "Find the key."};
                                }};
constexpr std::array kToShut = {&kEmpty, &kUnlocked};

constexpr auto kDoor = std::to_array<DoorMove>({
    {Action::kHold, State::kOpen, State::kHeld, {Role::kGuest, Role::kOwner}, "held", {}},
    {Action::kShut, {State::kOpen, State::kHeld}, State::kShut, Role::kOwner, "shut", kToShut},
    {Action::kReopen, State::kShut, State::kOpen, Role::kOwner, "reopened", {}},
});
static_assert(Deterministic(kDoor));
static_assert(Connected(kDoor, State::kOpen));

TEST(Set, HoldsEnumeratorsBelowSixtyFour) {
  constexpr Set<State> kBoth{State::kOpen, State::kShut};
  static_assert(kBoth.Has(State::kOpen) && kBoth.Has(State::kShut) && !kBoth.Has(State::kHeld));
  static_assert(kBoth.Meets(State::kShut) && !kBoth.Meets(State::kHeld));
  static_assert(Set<State>().empty() && !kBoth.empty());
}

TEST(Table, FindsTheRowOfAStateAndAction) {
  const DoorMove* move = Find(kDoor, State::kHeld, Action::kShut);
  ASSERT_NE(move, nullptr);
  EXPECT_EQ(move->to, State::kShut);
  EXPECT_FALSE(move->by.Has(Role::kGuest));
  EXPECT_EQ(Find(kDoor, State::kShut, Action::kShut), nullptr);
}

TEST(Table, TwoRowsForOneStateAndActionAreNotDeterministic) {
  constexpr auto kTwice = std::to_array<DoorMove>({
      {Action::kShut, State::kOpen, State::kShut, Role::kOwner, "shut", {}},
      {Action::kShut, {State::kHeld, State::kOpen}, State::kHeld, Role::kOwner, "held", {}},
  });
  static_assert(!Deterministic(kTwice));
}

TEST(Table, AStateThatNobodyReachesIsNotConnected) {
  constexpr auto kIsland = std::to_array<DoorMove>({
      {Action::kHold, State::kOpen, State::kOpen, Role::kOwner, "held", {}},
      {Action::kReopen, State::kShut, State::kOpen, Role::kOwner, "reopened", {}},
  });
  static_assert(!Connected(kIsland, State::kOpen));
}

TEST(Table, RowsInAnyOrderAreConnected) {
  constexpr auto kBackwards = std::to_array<DoorMove>({
      {Action::kShut, State::kHeld, State::kShut, Role::kOwner, "shut", {}},
      {Action::kHold, State::kOpen, State::kHeld, Role::kOwner, "held", {}},
  });
  static_assert(Connected(kBackwards, State::kOpen));
}

TEST(Guards, AllRunAndAllRefusalsAreNamed) {
  const DoorMove& move = *Find(kDoor, State::kOpen, Action::kShut);
  EXPECT_TRUE(RefusalOf("shut", "doors/1", Examine(move, Door{})).ok());
  const auto findings = Examine(move, Door{.people = 2, .locked = true});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].title, "Nobody is inside");
  const absl::Status status = RefusalOf("shut", "doors/1", findings);
  EXPECT_EQ(ReasonOf(status), "GUARD_REFUSED");
  EXPECT_EQ(MessageOf(status), "\"shut\" is refused for doors/1: D1 2 inside; D2 locked");
  EXPECT_EQ(FactsOf(status)[0].value, "D1,D2");
}

TEST(Guards, APassingOneIsNotNamed) {
  const DoorMove& move = *Find(kDoor, State::kOpen, Action::kShut);
  const absl::Status status = RefusalOf("shut", "doors/1", Examine(move, Door{.locked = true}));
  EXPECT_EQ(FactsOf(status)[0].value, "D2");
}

TEST(Diagram, IsMermaid) {
  EXPECT_EQ(Diagram("open", {{"open", "held", "hold"}, {"held", "shut", "shut"}}),
            "stateDiagram-v2\n"
            "  [*] --> open\n"
            "  open --> held : hold\n"
            "  held --> shut : shut\n");
}

}  // namespace
}  // namespace jointly::workflow
