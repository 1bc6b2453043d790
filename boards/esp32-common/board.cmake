# What the ESP32 boards share: MicroPython's own board for the chip, and a partition table where the app has room for
# mpickle. A board says which one is its MPICKLE_STOCK_BOARD, and includes this.

include(boards/${MPICKLE_STOCK_BOARD}/mpconfigboard.cmake)

# ESP-IDF looks for the table in the port's directory, unless it has the whole path.
set(MPICKLE_PARTITIONS ${CMAKE_CURRENT_LIST_DIR}/partitions.csv)
configure_file(${CMAKE_CURRENT_LIST_DIR}/sdkconfig.in ${CMAKE_BINARY_DIR}/sdkconfig.mpickle @ONLY)
list(APPEND SDKCONFIG_DEFAULTS ${CMAKE_BINARY_DIR}/sdkconfig.mpickle)

set(MICROPY_FROZEN_MANIFEST ${CMAKE_CURRENT_LIST_DIR}/manifest.py)
