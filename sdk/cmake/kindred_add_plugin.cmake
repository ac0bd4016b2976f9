# kindred_add_plugin(NAME SOURCE...): the shared library NAME.so, which the host finds under that name.
# Symbols are hidden but for those that kindred/plugin.hpp marks. Products and sums are never fused,
# so that a figure has the same bits on every machine.
function(kindred_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE kindred::sdk)
  target_compile_options(${name} PRIVATE -ffp-contract=off)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" CXX_EXTENSIONS OFF DEFINE_SYMBOL ""
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(KINDRED_PLUGIN_DIR)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${KINDRED_PLUGIN_DIR})
  endif()
endfunction()

# kindred_add_alias(OLD-NAME NAME [PARAMETER=VALUE...] [PARAMETER...]): OLD-NAME stands for the plugin
# NAME with these parameters set; under the older name a recipe may give those named without a value.
function(kindred_add_alias old)
  string(JOIN " " line ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR})
  if(KINDRED_PLUGIN_DIR)
    set(folder ${KINDRED_PLUGIN_DIR})
  endif()
  file(CONFIGURE OUTPUT ${folder}/${old}.alias CONTENT "${line}\n" @ONLY)
endfunction()

# kindred_add_plugin_test(NAME SOURCE...): a program that checks the plugin NAME with
# kindred/conformance.hpp, run by ctest. It finds the library's path in PLUGIN_FILE.
function(kindred_add_plugin_test name)
  add_executable(${name}_test ${ARGN})
  target_link_libraries(${name}_test PRIVATE kindred::conformance)
  target_compile_definitions(${name}_test PRIVATE PLUGIN_FILE="$<TARGET_FILE:${name}>")
  set_target_properties(${name}_test PROPERTIES CXX_EXTENSIONS OFF)
  add_dependencies(${name}_test ${name})
  add_test(NAME ${name} COMMAND ${name}_test)
endfunction()
