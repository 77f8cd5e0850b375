# Flags of every target of ours. Generated code and foreign headers are SYSTEM and stay quiet.
add_library(jointly_flags INTERFACE)
target_compile_options(
  jointly_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror -Wno-missing-field-initializers)
# g++ 12 reports these for correct code of its own std::string and std::optional (GCC bugs 105651,
# 105329, 105562); the sanitised presets find the real ones.
target_compile_options(jointly_flags INTERFACE -Wno-array-bounds -Wno-restrict
                                               -Wno-stringop-overflow -Wno-stringop-overread
                                               -Wno-maybe-uninitialized)
target_include_directories(jointly_flags INTERFACE ${CMAKE_SOURCE_DIR})

add_compile_options(-fstack-protector-strong -fcf-protection -pthread)
add_link_options(-fuse-ld=mold -Wl,-z,relro,-z,now -pthread)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
if(JOINTLY_FAILPOINTS)
  add_compile_definitions(JOINTLY_FAILPOINTS=1)
endif()

# Debian's gRPC is not instrumented, so a sanitised build leaves out everything that links it.
set(JOINTLY_WITH_GRPC ON)
if(JOINTLY_SANITIZE)
  add_compile_options(-fsanitize=${JOINTLY_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${JOINTLY_SANITIZE})
  set(JOINTLY_WITH_GRPC OFF)
  # protobuf's headers give map fields another layout under this macro than Debian's library has.
  if(JOINTLY_SANITIZE STREQUAL "thread")
    add_compile_options(-U__SANITIZE_THREAD__)
  endif()
endif()
