# What is frozen into the boards' firmware besides the native module. A manifest of your own includes this one, or has
# those of the lines that it wants.
module("mpickle_numpy.py", base_path="../python")
module("mpickle_types.py", base_path="../python")
module("mpickle_datetime.py", base_path="../python")
