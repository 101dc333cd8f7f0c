// Compiles the parts of Beast that are not templates, once for the program.
#include <boost/beast/src.hpp>
