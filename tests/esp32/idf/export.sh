# Stands in for ESP-IDF's export.sh.
export PATH=$IDF_PATH/bin:$PATH
