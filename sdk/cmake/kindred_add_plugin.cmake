# kindred_add_plugin(NAME SOURCE...): one shared library NAME.so that the host can load.
# Only the two symbols of kindred/plugin.hpp are exported.
function(kindred_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE kindred::sdk)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" CXX_VISIBILITY_PRESET hidden)
  if(KINDRED_PLUGIN_DIR)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${KINDRED_PLUGIN_DIR})
  endif()
endfunction()
