# SPDX-License-Identifier: MPL-2.0
# cmake -DFROM=DIR -DLIBRARIES="NAME=FILE;..." -DOUT=FILE.c -P embed.cmake: the files of a folder, and
# libraries as lib/NAME, become arrays of a C file. All but index.html are served under a hash of
# everything, so they may be kept for ever; index.html gets that hash for @VERSION@, the libraries'
# names for @LIBRARIES@ and one modulepreload line for each module of ours for @MODULES@.
cmake_minimum_required(VERSION 3.25)
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_html "text/html; charset=utf-8")
set(type_svg "image/svg+xml")

file(GLOB_RECURSE names RELATIVE ${FROM} ${FROM}/*)
list(SORT names)
foreach(name IN LISTS names)
  set(path_${name} ${FROM}/${name})
endforeach()
set(libraries "")
foreach(row IN LISTS LIBRARIES)
  string(REGEX MATCH "^[^=]+" name "${row}")
  string(REGEX REPLACE "^[^=]+=" "" path_lib/${name} "${row}")
  list(APPEND names lib/${name})
  string(APPEND libraries "${name} ")
endforeach()

set(all "")
set(modules "")
foreach(name IN LISTS names)
  file(SHA256 ${path_${name}} hash)
  string(APPEND all "${name} ${hash}\n")
endforeach()
string(SHA256 version "${all}")
string(SUBSTRING ${version} 0 16 version)
foreach(name IN LISTS names)
  # theme.js is no module: it runs before the first pixel.
  if(name MATCHES "\\.js$" AND NOT name MATCHES "^(lib/.*|app/theme.js)$")
    string(APPEND modules "<link rel=\"modulepreload\" href=\"/assets/${version}/${name}\">\n")
  endif()
endforeach()

file(READ ${FROM}/index.html text)
string(REPLACE "@VERSION@" "${version}" text "${text}")
string(STRIP "${libraries}" libraries)
string(REPLACE "@LIBRARIES@" "${libraries}" text "${text}")
string(REPLACE "@MODULES@\n" "${modules}" text "${text}")
file(WRITE ${OUT}.index "${text}")
set(path_index.html ${OUT}.index)

set(arrays "")
set(rows "")
set(count 0)
foreach(name IN LISTS names)
  file(READ ${path_${name}} hex HEX)
  file(SHA256 ${path_${name}} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(LENGTH "${hex}" size)
  math(EXPR size "${size} / 2")
  string(REGEX REPLACE "^.*\\." "" ending "${name}")
  string(APPEND arrays "static const uint8_t file_${count}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", \"${type_${ending}}\", \"\\\"${hash}\\\"\", file_${count}, ${size}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "// Made by contrib/cmake/embed.cmake from client/web.
#include \"daemon/asset.h\"

${arrays}
const char pln_assets_version[] = \"${version}\";
const size_t pln_assets_count = ${count};
const pln_asset_t pln_assets[] = {
${rows}};
")
