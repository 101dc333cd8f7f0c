# Writes a C++ file that holds the scripts of a channel's widget/ folder, so that the program needs no files beside it:
# widget/NAME.js becomes `std::string_view NAME_js()` in the channel's namespace.
file(GLOB scripts ${FOLDER}/*.js)
list(SORT scripts)
set(text "#include <string_view>\n\nnamespace inboxd::connectors::${CHANNEL} {\n")
foreach(script IN LISTS scripts)
  get_filename_component(name ${script} NAME_WE)
  file(READ ${script} bytes)
  string(APPEND text "\nstd::string_view ${name}_js();\nstd::string_view ${name}_js() {\n  return R\"script(${bytes})script\";\n}\n")
endforeach()
string(APPEND text "\n}  // namespace inboxd::connectors::${CHANNEL}\n")
file(WRITE ${OUT} "${text}")
