"""MicroPython's side: loads what CPython has sent, and answers with objects of its own.

A pickle can name functions and have them called. `allow=()` lets plain data through, and nothing else.
"""

import sys

import mpickle

with open("question.pkl", "rb") as file:
    question = mpickle.load(file, allow=())
print("CPython says", question["text"])

answer = {
    "text": question["text"] + " und Planet",
    "sum": sum(question["numbers"]),
    "from": sys.version.split("; ")[1],
}
with open("answer.pkl", "wb") as file:
    mpickle.dump(answer, file)
