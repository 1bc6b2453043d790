# mpickle as a user C module of the ports that are built with CMake (esp32, rp2):
#
#   make -C ports/rp2 USER_C_MODULES=DIR/micropython.cmake        where DIR is this directory
#
# Cargo must be there, with the standard library of the firmware's target (rustup target add), and libclang.
# The variables of micropython.mk work here too, as -D options of CMake; MPICKLE_OBJECT also from the environment.

include_guard(GLOBAL)

set(MPICKLE_DIR ${CMAKE_CURRENT_LIST_DIR})
set(MPICKLE_BUILD ${CMAKE_BINARY_DIR}/mpickle)
set(MPICKLE_O ${MPICKLE_BUILD}/mpickle.o)

add_library(usermod_mpickle INTERFACE)

# The glue. Only what is listed here is scanned for interned strings and module registrations.
file(GLOB MPICKLE_SHIM CONFIGURE_DEPENDS ${MPICKLE_DIR}/rust/glue/shim*.c)
set(MPICKLE_SRC ${MPICKLE_DIR}/rust/glue/modmpickle.c ${MPICKLE_SHIM})
target_sources(usermod_mpickle INTERFACE ${MPICKLE_SRC})

# Feature switches: MPICKLE_NAME=0/1 for each default feature "name" of the crate. One is on if those that it needs are.
function(mpickle_list NAME RESULT)
    file(STRINGS ${MPICKLE_DIR}/rust/mpickle/Cargo.toml LINE REGEX "^${NAME} = ")
    string(REGEX MATCHALL "\"[^\"]+\"" NAMES "${LINE}")
    string(REPLACE "\"" "" NAMES "${NAMES}")
    set(${RESULT} ${NAMES} PARENT_SCOPE)
endfunction()
function(mpickle_switch NAME RESULT)
    string(TOUPPER ${NAME} NAME)
    string(REPLACE "-" "_" NAME MPICKLE_${NAME})
    set(${RESULT} ${NAME} PARENT_SCOPE)
endfunction()
mpickle_list(default MPICKLE_DEFAULT)
set(MPICKLE_FEATURES)
foreach(MPICKLE_FEATURE IN LISTS MPICKLE_DEFAULT)
    mpickle_list(${MPICKLE_FEATURE} MPICKLE_NEEDED)
    set(MPICKLE_ON TRUE)
    foreach(MPICKLE_PART IN LISTS MPICKLE_NEEDED MPICKLE_FEATURE)
        mpickle_switch(${MPICKLE_PART} MPICKLE_NAME)
        if(DEFINED ${MPICKLE_NAME} AND NOT ${MPICKLE_NAME})
            set(MPICKLE_ON FALSE)
        endif()
    endforeach()
    if(MPICKLE_ON)
        list(APPEND MPICKLE_FEATURES ${MPICKLE_FEATURE})
        set(MPICKLE_SWITCH ${MPICKLE_NAME}=1)
    else()
        set(MPICKLE_SWITCH ${MPICKLE_NAME}=0)
    endif()
    target_compile_definitions(usermod_mpickle INTERFACE ${MPICKLE_SWITCH})
    # MicroPython's scan for interned strings does not see what a module defines for itself.
    list(APPEND MICROPY_CPP_DEF_EXTRA ${MPICKLE_SWITCH})
endforeach()
list(JOIN MPICKLE_FEATURES "," MPICKLE_FEATURES)

# What MicroPython scans its sources with is what the Rust side needs to know of the firmware's flags. It is complete
# only when the port's CMakeLists.txt has been read to its end.
function(mpickle_write_flags)
    list(TRANSFORM MICROPY_CPP_FLAGS PREPEND "'")
    list(TRANSFORM MICROPY_CPP_FLAGS APPEND "'")
    list(JOIN MICROPY_CPP_FLAGS "\n" MPICKLE_FLAGS)
    file(GENERATE OUTPUT ${MPICKLE_BUILD}/cflags CONTENT "${CMAKE_C_FLAGS}\n${MPICKLE_FLAGS}\n")
endfunction()
cmake_language(DEFER CALL mpickle_write_flags)

# MPICKLE_OBJECT is the Rust side that was compiled elsewhere. Without it cargo is asked each time, since it knows best
# whether there is anything to do; the object changes only when its content does.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(OUTPUT mpickle_always COMMAND ${CMAKE_COMMAND} -E true)
set_source_files_properties(mpickle_always PROPERTIES SYMBOLIC TRUE)
if(NOT MPICKLE_OBJECT)
    set(MPICKLE_OBJECT $ENV{MPICKLE_OBJECT})
endif()
if(MPICKLE_OBJECT)
    file(STRINGS ${MPICKLE_DIR}/Cargo.toml MPICKLE_VERSION REGEX "^version = ")
    string(REGEX MATCH "[0-9][^\"]*" MPICKLE_VERSION "${MPICKLE_VERSION}")
    if(NOT MPICKLE_OBJECT MATCHES "mpickle-${MPICKLE_VERSION}-[^/]*$")
        message(FATAL_ERROR "MPICKLE_OBJECT=${MPICKLE_OBJECT} is not of mpickle ${MPICKLE_VERSION}, by its name")
    endif()
    add_custom_command(
        OUTPUT ${MPICKLE_O}
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${MPICKLE_OBJECT} ${MPICKLE_O}
        DEPENDS mpickle_always
    )
else()
add_custom_command(
    OUTPUT ${MPICKLE_O}
    COMMAND ${Python3_EXECUTABLE} ${MPICKLE_DIR}/scripts/lib/rust_object.py
        --out ${MPICKLE_O}
        --cc "${CMAKE_C_COMPILER}"
        --objcopy "${CMAKE_OBJCOPY}"
        --cflags-file ${MPICKLE_BUILD}/cflags
        --features=${MPICKLE_FEATURES}
        --rust-target=${MPICKLE_RUST_TARGET}
        --chip=${IDF_TARGET}
    DEPENDS mpickle_always
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Compiling mpickle's Rust side"
    VERBATIM
)
endif()

# MicroPython's own headers have unused parameters.
set(MPICKLE_OPTIONS -Wall -Wextra -Werror -Wno-unused-parameter)
if(ESP_PLATFORM)
    # ESP-IDF compiles for speed, with which the glue takes 44 KB and not 25.
    list(APPEND MPICKLE_OPTIONS -Os)
endif()

# The object is a plain file to link, not a source: MicroPython scans all sources of a user module for interned
# strings, and would hand it to the C preprocessor. That the glue depends on it links the firmware anew when it
# changes. ESP-IDF compiles the glue where the firmware is linked, and not only here.
set_source_files_properties(${MPICKLE_SRC} DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR} PROPERTIES
    OBJECT_DEPENDS ${MPICKLE_O}
    COMPILE_OPTIONS "${MPICKLE_OPTIONS}"
)
target_link_libraries(usermod_mpickle INTERFACE ${MPICKLE_O})

target_link_libraries(usermod INTERFACE usermod_mpickle)
