# SPDX-License-Identifier: MPL-2.0
# cmake --install: the two programs, the unit with its user, the manual pages, the completion.
include(GNUInstallDirs)
install(TARGETS plnd pln RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

configure_file(${CMAKE_SOURCE_DIR}/contrib/systemd/plnd.service
               ${CMAKE_BINARY_DIR}/contrib/plnd.service @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/contrib/plnd.service
        DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/contrib/systemd/plnd.sysusers
        DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d RENAME plnd.conf)

# plnd.conf(5) comes from the table of settings, so it is printed by the program that reads them.
install(FILES ${CMAKE_SOURCE_DIR}/contrib/man/plnd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
if(NOT CMAKE_CROSSCOMPILING)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/contrib/plnd.conf.5
                     COMMAND plnd --man > ${CMAKE_BINARY_DIR}/contrib/plnd.conf.5 DEPENDS plnd)
  add_custom_target(manual ALL DEPENDS ${CMAKE_BINARY_DIR}/contrib/plnd.conf.5)
  install(FILES ${CMAKE_BINARY_DIR}/contrib/plnd.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
endif()

install(FILES ${CMAKE_SOURCE_DIR}/contrib/completion/pln.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME pln)
