"""Mistakes that the stubs tell: each line has one, and mypy complains if it does not. It is never run."""

import io

import mpickle
import mpickle_numpy as np

text: str = mpickle.dumps(1)  # type: ignore[assignment]
mpickle.dumps(1, "4")  # type: ignore[arg-type]
mpickle.dumps(1, 4, False)  # type: ignore[call-arg]
mpickle.dumps()  # type: ignore[call-arg]
data: bytes = mpickle.dump(1, io.BytesIO())  # type: ignore[assignment]
mpickle.dump(1, io.StringIO())  # type: ignore[call-overload]
mpickle.dump(1, "readings.pkl")  # type: ignore[call-overload]
mpickle.load(io.StringIO())  # type: ignore[arg-type]
mpickle.load("readings.pkl")  # type: ignore[arg-type]
mpickle.loads("N.")  # type: ignore[arg-type]
mpickle.loads(b"N.", strict=True)  # type: ignore[call-arg]
mpickle.loads(b"N.", allow=lambda name: True)  # type: ignore[arg-type, misc]
mpickle.loads(b"N.", missing=3)  # type: ignore[arg-type]
mpickle.dis(b"N.", 3)  # type: ignore[arg-type]
mpickle.Pickler()  # type: ignore[call-arg]
mpickle.Pickler(io.BytesIO()).load()  # type: ignore[attr-defined]
mpickle.Unpickler("N.")  # type: ignore[arg-type]
mpickle.Placeholder("decimal")  # type: ignore[call-arg]
mpickle.PickleBuffer("text")  # type: ignore[arg-type]
mpickle.register_pickle("Radio", "Radio", "radio")  # type: ignore[arg-type]
mpickle.add_extension("collections", "OrderedDict", "240")  # type: ignore[arg-type]
mpickle.no_such_name  # type: ignore[attr-defined]
mpickle.HIGHEST_PROTOCOL = 6  # type: ignore[misc]
np.array([1])  # type: ignore[call-arg]
np.ndarray(3, "int16", order="A")  # type: ignore[arg-type]
np.write_for(3)  # type: ignore[arg-type]
