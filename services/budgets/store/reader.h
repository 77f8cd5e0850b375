#pragma once

#include "common/db/query.h"
#include "common/db/reader.h"
#include "services/budgets/domain/types.h"
#include "services/budgets/store/packed.h"

namespace jointly::budgets::store {

using db::Lock;
using db::LockToken;
using db::Placeholders;
using db::Slice;

class Reader : public db::Reader {
 public:
  using db::Reader::Reader;

  Hand AHand() {
    Hand hand;
    hand.person = Text();
    hand.in_place_of = Text();
    return hand;
  }
  template <typename Enum>
  Enum One() {
    const auto value = Parse<Enum>(Text());
    Check(value.has_value(), "a column holds an unknown name");
    return *value;
  }
};

}  // namespace jointly::budgets::store
