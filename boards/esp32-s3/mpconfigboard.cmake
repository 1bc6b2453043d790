set(MPICKLE_STOCK_BOARD ESP32_GENERIC_S3)
include(${CMAKE_CURRENT_LIST_DIR}/../esp32-common/board.cmake)
