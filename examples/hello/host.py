"""CPython's side: its own `pickle`, and nothing of mpickle's.

    python host.py send       # writes question.pkl, for the device
    python host.py receive    # reads the device's answer.pkl

`pickle` does whatever a pickle asks for. Here it comes from a device of our own; where it may come from anybody, see
the example iot-stream.
"""

import pickle
import sys

QUESTION = {"text": "Grüße, Welt", "numbers": [1, 2.5, 39.5]}


def send():
    with open("question.pkl", "wb") as file:
        pickle.dump(QUESTION, file)


def receive():
    with open("answer.pkl", "rb") as file:
        answer = pickle.load(file)
    print(answer["from"], "says", answer["text"])
    print("the sum is", answer["sum"])
    if answer["sum"] != sum(QUESTION["numbers"]):
        sys.exit("which is wrong")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send"]:
            send()
        case ["receive"]:
            receive()
        case _:
            sys.exit(__doc__)
