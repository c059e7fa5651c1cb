# SPDX-License-Identifier: MPL-2.0
# The page, embedded: the files of client/web become one C file, PLN_WEB_OUT, of the folder that
# includes this.
set(PLN_WEB_FROM ${CMAKE_SOURCE_DIR}/client/web)
set(PLN_WEB_OUT ${CMAKE_CURRENT_BINARY_DIR}/assets.c)
set(PLN_WEB_EMBED ${CMAKE_SOURCE_DIR}/contrib/cmake/embed.cmake)
file(GLOB_RECURSE PLN_WEB_FILES CONFIGURE_DEPENDS ${PLN_WEB_FROM}/*)
add_custom_command(OUTPUT ${PLN_WEB_OUT}
  COMMAND ${CMAKE_COMMAND} -DFROM=${PLN_WEB_FROM} -DOUT=${PLN_WEB_OUT} -P ${PLN_WEB_EMBED}
  DEPENDS ${PLN_WEB_FILES} ${PLN_WEB_EMBED} VERBATIM
  COMMENT "Embedding client/web")
