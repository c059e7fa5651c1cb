# SPDX-License-Identifier: MPL-2.0
# Warnings, sanitizers and packages, once for every folder.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_search_module(MSGPACK REQUIRED IMPORTED_TARGET msgpack-c msgpackc msgpack)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(CZMQ REQUIRED IMPORTED_TARGET libczmq)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(MHD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)

add_library(pln_flags INTERFACE)
target_compile_options(pln_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings
  -Wpointer-arith -Wcast-qual -fno-omit-frame-pointer -fvisibility=hidden
  $<$<BOOL:${PLN_WERROR}>:-Werror>)
target_compile_definitions(pln_flags INTERFACE _POSIX_C_SOURCE=200809L PLN_VERSION="${PROJECT_VERSION}"
  $<$<BOOL:${PLN_PLANT}>:PLN_PLANT>)
target_include_directories(pln_flags INTERFACE ${CMAKE_SOURCE_DIR})
if(PLN_SANITIZE)
  target_compile_options(pln_flags INTERFACE -fsanitize=${PLN_SANITIZE} -fno-sanitize-recover=all -g)
  target_link_options(pln_flags INTERFACE -fsanitize=${PLN_SANITIZE})
endif()
if(PLN_FUZZ)
  target_compile_options(pln_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
# An assertion is our own bug caught early: it stays on in every build type.
foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_${type}}")
endforeach()
