# SPDX-License-Identifier: MPL-2.0
# cmake -DFROM=DIR -DOUT=FILE.c -P embed.cmake: the files of a folder as arrays of a C file.
# All but index.html are served under a hash of everything, so they may be kept for ever; index.html
# gets that hash for @VERSION@ and one modulepreload line for each module for @MODULES@.
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_html "text/html; charset=utf-8")
set(type_svg "image/svg+xml")
set(all "")
set(modules "")
file(GLOB_RECURSE FILES RELATIVE ${FROM} ${FROM}/*)
list(SORT FILES)
foreach(name IN LISTS FILES)
  file(SHA256 ${FROM}/${name} hash)
  string(APPEND all "${name} ${hash}\n")
endforeach()
string(SHA256 version "${all}")
string(SUBSTRING ${version} 0 16 version)
foreach(name IN LISTS FILES)
  if(name MATCHES "\\.js$" AND NOT name STREQUAL "app/theme.js") # that one is no module
    string(APPEND modules "<link rel=\"modulepreload\" href=\"/assets/${version}/${name}\">\n")
  endif()
endforeach()

set(arrays "")
set(rows "")
set(count 0)
foreach(name IN LISTS FILES)
  if(name STREQUAL "index.html")
    file(READ ${FROM}/${name} text)
    string(REPLACE "@VERSION@" "${version}" text "${text}")
    string(REPLACE "@MODULES@\n" "${modules}" text "${text}")
    file(WRITE ${OUT}.index "${text}")
    file(READ ${OUT}.index hex HEX)
    file(SHA256 ${OUT}.index hash)
  else()
    file(READ ${FROM}/${name} hex HEX)
    file(SHA256 ${FROM}/${name} hash)
  endif()
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
