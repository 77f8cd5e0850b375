# The three kinds of target: jointly_library, jointly_service, jointly_test.

# What allocates in the processes that we deploy: a command makes hundreds of small objects, and the
# C library's malloc takes a quarter of its time. Sanitisers bring an allocator of their own.
add_library(jointly_allocator INTERFACE)
if(NOT JOINTLY_SANITIZE)
  target_link_libraries(jointly_allocator INTERFACE ${TCMALLOC_LIBRARY})
endif()

# jointly_library(NAME name FOLDER dir [DEPS ...] [SYSTEM_DEPS ...] [NO_PCH])
# A static library of every .cc directly in FOLDER (relative to the current folder, default: it).
# DEPS are public: whoever uses the library also gets them. SYSTEM_DEPS stay private: the foreign
# headers of a module appear in its .cc files only.
function(jointly_library)
  cmake_parse_arguments(ARG "NO_PCH;GRPC" "NAME" "FOLDERS;SOURCES;DEPS;SYSTEM_DEPS;EXCLUDE" ${ARGN})
  if(ARG_GRPC AND NOT JOINTLY_WITH_GRPC)
    return()
  endif()
  set(sources ${ARG_SOURCES})
  foreach(folder IN LISTS ARG_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cc)
    list(APPEND sources ${found})
  endforeach()
  foreach(pattern IN LISTS ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${pattern})
  endforeach()
  if(sources)
    add_library(${ARG_NAME} STATIC ${sources})
    target_link_libraries(${ARG_NAME} PRIVATE jointly_flags ${ARG_SYSTEM_DEPS} PUBLIC ${ARG_DEPS})
    if(NOT ARG_NO_PCH)
      jointly_precompile(${ARG_NAME})
    endif()
  else()
    add_library(${ARG_NAME} INTERFACE)
    target_link_libraries(${ARG_NAME} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# One precompiled header of the standard library, absl's status and protobuf's core serves all.
function(jointly_precompile target)
  if(NOT TARGET jointly_precompiled)
    file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cc "")
    add_library(jointly_precompiled STATIC ${CMAKE_BINARY_DIR}/precompiled.cc)
    target_link_libraries(jointly_precompiled PRIVATE jointly_flags absl::statusor
                                                      protobuf::libprotobuf)
    target_precompile_headers(
      jointly_precompiled
      PRIVATE
      <algorithm>
      <chrono>
      <functional>
      <map>
      <memory>
      <mutex>
      <optional>
      <string>
      <string_view>
      <unordered_map>
      <utility>
      <variant>
      <vector>
      <absl/status/statusor.h>
      <google/protobuf/message.h>)
  endif()
  target_link_libraries(${target} PRIVATE absl::statusor protobuf::libprotobuf)
  target_precompile_headers(${target} REUSE_FROM jointly_precompiled)
  # The header is compiled with -fPIC, as for libraries; with -fPIE g++ refuses it.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
endfunction()

# jointly_migrations(NAME name FOLDER dir FUNCTION function)
# Embeds FOLDER/NNNN_name.sql (and its .postgres.sql twin, where the engines differ) into a library
# that defines `const std::vector<jointly::db::Migration>& jointly::<FUNCTION>()`.
function(jointly_migrations)
  cmake_parse_arguments(ARG "" "NAME;FOLDER;FUNCTION" "" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER})
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${folder} -D OUTPUT=${output} -D FUNCTION=${ARG_FUNCTION}
            -P ${CMAKE_SOURCE_DIR}/common/cmake/embed_migrations.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/common/cmake/embed_migrations.cmake
    VERBATIM)
  add_library(${ARG_NAME} STATIC ${output})
  target_link_libraries(${ARG_NAME} PRIVATE jointly_flags PUBLIC jointly_error)
endfunction()

# jointly_embed(NAME name FOLDER dir PATTERN *.json FUNCTION function)
# Embeds the text of FOLDER/PATTERN, by file name, into a library that defines
# `std::span<const std::string_view> jointly::<FUNCTION>()`. Whoever calls it declares it.
function(jointly_embed)
  cmake_parse_arguments(ARG "" "NAME;FOLDER;PATTERN;FUNCTION" "" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER})
  file(GLOB files CONFIGURE_DEPENDS ${folder}/${ARG_PATTERN})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${folder} -D PATTERN=${ARG_PATTERN} -D OUTPUT=${output}
            -D FUNCTION=${ARG_FUNCTION} -P ${CMAKE_SOURCE_DIR}/common/cmake/embed_files.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/common/cmake/embed_files.cmake
    VERBATIM)
  add_library(${ARG_NAME} STATIC ${output})
  target_link_libraries(${ARG_NAME} PRIVATE jointly_flags)
endfunction()

# jointly_service(name [DEPS ...]): services/<name> becomes
#   <name>_core        domain/ store/ api/ events/ and migrations: no gRPC, so tests and the simulator link it
#   <name>_grpc        grpc/: the thin adapters of the generated service classes
#   jointly-<name>     the process (main.cc)
function(jointly_service name)
  cmake_parse_arguments(ARG "" "" "DEPS;GRPC_DEPS" ${ARGN})
  set(deps ${ARG_DEPS})
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${name}/store/migrations)
    jointly_migrations(NAME ${name}_migrations FOLDER ${name}/store/migrations FUNCTION
                       ${name}::Migrations)
    list(APPEND deps ${name}_migrations)
  endif()
  if(TARGET ${name}_rules)
    list(APPEND deps ${name}_rules)
  endif()
  jointly_library(NAME ${name}_core FOLDERS ${name}/domain ${name}/store ${name}/api ${name}/events
                  DEPS jointly_core ${deps})
  if(JOINTLY_WITH_GRPC)
    jointly_library(NAME ${name}_grpc FOLDERS ${name}/grpc DEPS ${name}_core jointly_server
                    ${ARG_GRPC_DEPS})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/main.cc)
      add_executable(jointly-${name} ${name}/main.cc)
      # The policies are read from the linked descriptors: a file that only declares the service is
      # named by nothing else, and the linker would drop it.
      target_link_libraries(jointly-${name} PRIVATE jointly_flags jointly_allocator ${name}_grpc
                                                    jointly_all_messages)
      jointly_precompile(jointly-${name})
      add_dependencies(jointly-processes jointly-${name})
    endif()
  endif()
endfunction()

# jointly_test(TIER tier NOUN noun [DEPS ...] [TIMEOUT s] [GRPC])
# tests/<tier>/<noun>/*_test.cc becomes the executable <tier>_<noun>, labelled with its tier.
function(jointly_test)
  cmake_parse_arguments(ARG "GRPC" "TIER;NOUN;TIMEOUT" "DEPS" ${ARGN})
  if(ARG_GRPC AND NOT JOINTLY_WITH_GRPC)
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_NOUN}/*.cc)
  if(NOT sources)
    return()
  endif()
  set(target ${ARG_TIER}_${ARG_NOUN})
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE jointly_flags ${ARG_DEPS} test_support GTest::gmock
                                          GTest::gtest_main)
  jointly_precompile(${target})
  add_test(NAME ${ARG_TIER}.${ARG_NOUN} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${ARG_TIER}.${ARG_NOUN} PROPERTIES LABELS ${ARG_TIER} TIMEOUT ${ARG_TIMEOUT})
endfunction()
