set(MPICKLE_STOCK_BOARD ESP32_GENERIC_C6)
include(${CMAKE_CURRENT_LIST_DIR}/../esp32-common/board.cmake)
