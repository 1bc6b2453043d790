# What is frozen into the boards' firmware besides the native module. A manifest of your own includes this one, or has
# the same lines.
module("mpickle_numpy.py", base_path="../python")
