# mpickle is native code: nothing of it is frozen. Here is where a program of your own would be.
include("$(PORT_DIR)/boards/manifest.py")
