# SPDX-License-Identifier: MPL-2.0
# cmake --install: the two programs, the unit with its user, the manual pages, the completion.
include(GNUInstallDirs)
install(TARGETS plnd pln RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

configure_file(${CMAKE_SOURCE_DIR}/contrib/systemd/plnd.service
               ${CMAKE_BINARY_DIR}/contrib/plnd.service @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/contrib/plnd.service
        DESTINATION lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/contrib/systemd/plnd.sysusers
        DESTINATION lib/sysusers.d RENAME plnd.conf)

# pln(1) and plnd.conf(5) come from the tables of verbs and settings, so the programs print them.
install(FILES ${CMAKE_SOURCE_DIR}/contrib/man/plnd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
if(NOT CMAKE_CROSSCOMPILING)
  set(PLN_MANUAL ${CMAKE_BINARY_DIR}/contrib)
  add_custom_command(OUTPUT ${PLN_MANUAL}/plnd.conf.5 ${PLN_MANUAL}/pln.1
                     COMMAND plnd --man > ${PLN_MANUAL}/plnd.conf.5
                     COMMAND pln help --man > ${PLN_MANUAL}/pln.1
                     DEPENDS plnd pln)
  add_custom_target(manual ALL DEPENDS ${PLN_MANUAL}/plnd.conf.5 ${PLN_MANUAL}/pln.1)
  install(FILES ${PLN_MANUAL}/plnd.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
  install(FILES ${PLN_MANUAL}/pln.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

install(FILES ${CMAKE_SOURCE_DIR}/contrib/completion/pln.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME pln)
