# Writes a C++ file that holds the scripts of a channel's widget/ folder, joined in the order of their names inside one
# function, so that the program needs no files beside it and a page loads one script.
file(GLOB scripts ${FOLDER}/*.js)
list(SORT scripts)
set(pieces)
foreach(script IN LISTS scripts)
  file(READ ${script} bytes)
  # A literal each: compilers limit their length.
  string(APPEND pieces "\n      R\"script(${bytes})script\"")
endforeach()
file(WRITE ${OUT} "#include <string_view>\n\nnamespace inboxd::connectors::${CHANNEL} {\n
std::string_view widget_js();
std::string_view widget_js() {
  return \"(function () {\\n\\\"use strict\\\";\\n\"${pieces}
      \"})();\\n\";
}

}  // namespace inboxd::connectors::${CHANNEL}\n")
