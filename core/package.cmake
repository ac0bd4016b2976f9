# What is installed beside the program, and Debian packages of it: `kindred` is all that a user runs,
# `kindred-dev` what plugins are built with, `kindred-ranks` what mpirun needs.
set(said ${PROJECT_BINARY_DIR}/share/said)
set(completions bash zsh fish)
set(bash_to bash-completion/completions/kindred)
set(zsh_to zsh/vendor-completions/_kindred)
set(fish_to fish/vendor_completions.d/kindred.fish)

# The program says them itself, from its tables.
set(makes COMMAND ${CMAKE_COMMAND} -E make_directory ${said}
          COMMAND kindred help --man > ${said}/kindred.1)
set(made ${said}/kindred.1)
foreach(shell IN LISTS completions)
  list(APPEND makes COMMAND kindred help --${shell} > ${said}/${shell})
  list(APPEND made ${said}/${shell})
  get_filename_component(name ${${shell}_to} NAME)
  get_filename_component(folder ${${shell}_to} DIRECTORY)
  install(FILES ${said}/${shell} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} RENAME ${name}
          COMPONENT kindred)
endforeach()
add_custom_command(OUTPUT ${made} ${makes} DEPENDS kindred VERBATIM
                   COMMENT "Asking the program for its man page and completions")
add_custom_target(said ALL DEPENDS ${made})
add_dependencies(product said)
install(FILES ${said}/kindred.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT kindred)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT kindred)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT kindred)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kindred-dev RENAME copyright
        COMPONENT kindred-dev)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kindred)
set(CPACK_PACKAGE_CONTACT "The authors of Kindred <kindred@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "tells whether the weights of one model descend from another's")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL kindred kindred-dev)
if(TARGET kindred_ranks)  # by itself, so that the program needs no MPI
  list(APPEND CPACK_COMPONENTS_ALL kindred-ranks)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_KINDRED_PACKAGE_NAME kindred)
set(CPACK_DEBIAN_KINDRED_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_KINDRED_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_KINDRED-DEV_PACKAGE_NAME kindred-dev)
set(CPACK_DEBIAN_KINDRED-DEV_PACKAGE_DEPENDS "kindred (= ${PROJECT_VERSION}), cmake, g++")
set(CPACK_DEBIAN_KINDRED-DEV_PACKAGE_SHLIBDEPS OFF)
set(CPACK_COMPONENT_KINDRED-DEV_DESCRIPTION "the SDK for plugins, and the kit that checks them")
set(CPACK_DEBIAN_KINDRED-RANKS_PACKAGE_NAME kindred-ranks)
set(CPACK_DEBIAN_KINDRED-RANKS_PACKAGE_DEPENDS "kindred (= ${PROJECT_VERSION}), openmpi-bin")
set(CPACK_DEBIAN_KINDRED-RANKS_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_KINDRED-RANKS_DESCRIPTION "many processes at one run, under mpirun or srun")
include(CPack)
