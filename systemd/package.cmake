# What is installed where, and the Debian package of it: `cpack -G DEB` in a build folder. Included by the top's
# CMakeLists.txt; builds nothing itself.
include(GNUInstallDirs)

# Installing takes what is built, and cpack does not build the tests first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS inboxd RUNTIME DESTINATION bin)
install(FILES systemd/inboxd.service systemd/inboxd.socket DESTINATION lib/systemd/system)
install(FILES systemd/inboxd.sysusers DESTINATION lib/sysusers.d RENAME inboxd.conf)
install(FILES systemd/inboxd.tmpfiles DESTINATION lib/tmpfiles.d RENAME inboxd.conf)
install(FILES schemas/config/inboxd.example.toml DESTINATION /etc/inboxd RENAME inboxd.toml)
install(FILES schemas/config/inboxd.example.toml schemas/config/README.md systemd/inboxd.rules.yml systemd/inboxd.dashboard.json
        systemd/nginx.conf systemd/Caddyfile DESTINATION share/doc/inboxd/examples)
install(FILES systemd/README.md systemd/debian/copyright DESTINATION share/doc/inboxd)

# Debian's tools read manuals and the changelog compressed; -n leaves the time out, so that the bytes are the same each time.
find_program(GZIP gzip REQUIRED)
set(COMPRESSED)
foreach(pair man/inboxd.1:inboxd.1.gz man/inboxd.toml.5:inboxd.toml.5.gz debian/changelog:changelog.gz)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 source)
  list(GET pair 1 target)
  set(target ${CMAKE_BINARY_DIR}/compressed/${target})
  add_custom_command(
    OUTPUT ${target}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/compressed
    COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/systemd/${source} > ${target}
    DEPENDS ${CMAKE_SOURCE_DIR}/systemd/${source})
  list(APPEND COMPRESSED ${target})
endforeach()
add_custom_target(inboxd_documents ALL DEPENDS ${COMPRESSED})
add_dependencies(inboxd inboxd_documents)
install(FILES ${CMAKE_BINARY_DIR}/compressed/inboxd.1.gz DESTINATION share/man/man1)
install(FILES ${CMAKE_BINARY_DIR}/compressed/inboxd.toml.5.gz DESTINATION share/man/man5)
install(FILES ${CMAKE_BINARY_DIR}/compressed/changelog.gz DESTINATION share/doc/inboxd)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME inboxd)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(INBOXD_MAINTAINER "inboxd <inboxd@localhost>" CACHE STRING "Whom the package names as its maintainer")
set(CPACK_PACKAGE_CONTACT ${INBOXD_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "omnichannel customer-support inbox
One daemon that brings every channel of a company's customers into one
inbox: messages arrive by webhook or poll, agents answer over REST and a
WebSocket stream, and nothing that was acknowledged is lost.")
# The libraries that the program is really linked with, in the versions that it needs.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Those that no link shows: certificates of providers, and the tools of the maintainer scripts.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "ca-certificates, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd-sysv")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/systemd/debian/postinst ${CMAKE_SOURCE_DIR}/systemd/debian/prerm
    ${CMAKE_SOURCE_DIR}/systemd/debian/postrm ${CMAKE_SOURCE_DIR}/systemd/debian/conffiles)
# Folders that the install makes are root's and everybody's to read, whatever the builder's umask is.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
include(CPack)
