# SPDX-License-Identifier: MPL-2.0
# The page, embedded: the files of client/web become one C file, PLN_WEB_OUT, of the folder that
# includes this; with them the libraries that contrib/deps laid into build/npm, pinned by
# contrib/npm/package.json. Without libraries the page shows plain text and no codes to scan.
#   PLN_WEB_LIBS  AUTO: those that are there · ON: contrib/deps fetches them, or the build ends · OFF
set(PLN_WEB_LIBS AUTO CACHE STRING "Libraries of the page: AUTO, ON or OFF")
set(PLN_WEB_FROM ${CMAKE_SOURCE_DIR}/client/web)
set(PLN_WEB_OUT ${CMAKE_CURRENT_BINARY_DIR}/assets.c)
set(PLN_WEB_EMBED ${CMAKE_SOURCE_DIR}/contrib/cmake/embed.cmake)
set(PLN_NPM ${CMAKE_SOURCE_DIR}/build/npm/node_modules)

# package, its license, the file in it, what the page calls it
set(PLN_WEB_LIBRARIES
  "marked;MIT;lib/marked.esm.js;marked.js"
  "dompurify;(MPL-2.0 OR Apache-2.0);dist/purify.es.mjs;purify.js"
  "qrcode-generator;MIT;dist/qrcode.mjs;qrcode.js")

# The file of one library in @out when it is there, in the pinned version and under its license.
function(pln_web_library row out)
  list(GET row 0 package)
  list(GET row 1 license)
  list(GET row 2 path)
  list(GET row 3 name)
  set(${out} "" PARENT_SCOPE)
  if(NOT EXISTS ${PLN_NPM}/${package}/package.json OR NOT EXISTS ${PLN_NPM}/${package}/${path})
    return()
  endif()
  file(READ ${CMAKE_SOURCE_DIR}/contrib/npm/package.json pins)
  file(READ ${PLN_NPM}/${package}/package.json about)
  string(JSON pinned GET "${pins}" dependencies ${package})
  string(JSON version GET "${about}" version)
  string(JSON licensed GET "${about}" license)
  if(NOT version STREQUAL pinned OR NOT licensed STREQUAL license)
    message(WARNING "${package} ${version} (${licensed}) in build/npm is not ${pinned} (${license}): left out. Remove build/npm and run contrib/deps web.")
    return()
  endif()
  set(${out} "${name}=${PLN_NPM}/${package}/${path}" PARENT_SCOPE)
endfunction()

if(PLN_WEB_LIBS STREQUAL "ON" AND NOT EXISTS ${PLN_NPM}/marked)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/contrib/deps web)
endif()
set(PLN_WEB_FOUND "")
if(PLN_WEB_LIBS)
  foreach(library IN LISTS PLN_WEB_LIBRARIES)
    list(APPEND PLN_WEB_ROW ${library})
    list(LENGTH PLN_WEB_ROW length)
    if(length EQUAL 4)
      pln_web_library("${PLN_WEB_ROW}" found)
      set(PLN_WEB_ROW "")
      if(found)
        list(APPEND PLN_WEB_FOUND "${found}")
      elseif(PLN_WEB_LIBS STREQUAL "ON")
        message(FATAL_ERROR "A library of the page is missing in build/npm: contrib/deps web fetches it, or build with -DPLN_WEB_LIBS=OFF.")
      endif()
    endif()
  endforeach()
endif()

file(GLOB_RECURSE PLN_WEB_FILES CONFIGURE_DEPENDS ${PLN_WEB_FROM}/*)
add_custom_command(OUTPUT ${PLN_WEB_OUT}
  COMMAND ${CMAKE_COMMAND} -DFROM=${PLN_WEB_FROM} "-DLIBRARIES=${PLN_WEB_FOUND}" -DOUT=${PLN_WEB_OUT} -P ${PLN_WEB_EMBED}
  DEPENDS ${PLN_WEB_FILES} ${PLN_WEB_EMBED} VERBATIM
  COMMENT "Embedding client/web")
