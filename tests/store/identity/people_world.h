#pragma once

#include "tests/store/identity/identity_world.h"

namespace jointly::identity {

// An office and a student at one university, a student at another.
class PeopleWorld : public IdentityTest {
 protected:
  void Prepare() override {
    IdentityTest::Prepare();
    office_ = Make("office@uga.example", kUga, {"international_office@institutions/uga"});
    student_ = Make("camille@uga.example", kUga, {"student@institutions/uga"});
    foreigner_ = Make("hanako@tsukuba.example", kTsukuba, {"student@institutions/tsukuba"});
  }
  absl::StatusOr<pb::Person> Create(const auth::Principal& by,
                                    const pb::CreatePersonRequest& request) {
    rpc::Call call = By(by);
    return api().CreatePerson(call, request);
  }
  absl::StatusOr<pb::Person> Update(const auth::Principal& by, const pb::Person& person,
                                    const std::vector<std::string>& mask) {
    rpc::Call call = By(by);
    pb::UpdatePersonRequest request;
    *request.mutable_person() = person;
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return api().UpdatePerson(call, request);
  }

  pb::Person office_;
  pb::Person student_;
  pb::Person foreigner_;
};

}  // namespace jointly::identity
