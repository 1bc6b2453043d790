# Runs on the device: what the tests ask it to do, one line of output for each item.
import binascii
import gc
import io
import sys

import mpickle

NAMES = globals().copy()  # what the sources of cases see: portable.py's names, and those of classes.py
hexlify = binascii.hexlify
unhexlify = binascii.unhexlify


def _answer(function, items):
    """Prints what function(*item) returns for each item, or the exception."""
    for item in items:
        try:
            line = "=" + function(*item)
        except BaseException as error:
            line = "!" + error_class(error) + " " + hexlify(str(error).encode()).decode()
        print(line)


def error_class(error):
    return type(error).__name__


def evaluate(source):
    """What the source of a case evaluates to here."""
    return eval(source, NAMES)


def shape(source):
    """The description of that."""
    return digest(describe(evaluate(source)))


def dump(source, protocol, options=None):
    """The pickle of a case, in hex."""
    data = mpickle.dumps(evaluate(source), protocol, **_options(options))
    if type(data) is not bytes:
        raise TypeError("dumps returned " + type(data).__name__)
    return hexlify(data).decode()


def again(source, protocol):
    """What a case is after it was dumped and loaded here."""
    return digest(describe(mpickle.loads(mpickle.dumps(evaluate(source), protocol))))


def dump_to_stream(source, protocol):
    """What dump(obj, file) writes for a case, in hex."""
    file = io.BytesIO()
    if mpickle.dump(evaluate(source), file, protocol) is not None:
        raise TypeError("dump to a file returned something")
    return hexlify(file.getvalue()).decode()


def load(data, options=None, full=False):
    """What is in a pickle given in hex. With the option "stream" it is read from a file.

    An option's value that starts with "=" is evaluated here.
    """
    options = _options(options)
    if options.pop("stream", False):
        value = mpickle.load(io.BytesIO(unhexlify(data)), **options)
    else:
        value = mpickle.loads(unhexlify(data), **options)
    text = describe(value)
    return text if full else digest(text)


def prefixes(data, options):
    """What becomes of each prefix of a pickle: the class of the exception, and of how many in a row."""
    data = unhexlify(data)
    names, counts = [], []
    for end in range(len(data)):
        try:
            mpickle.load(io.BytesIO(data[:end])) if options else mpickle.loads(data[:end])
            name = "a value"
        except Exception as error:
            name = error_class(error)
        if names and names[-1] == name:
            counts[-1] += 1
        else:
            names.append(name)
            counts.append(1)
    return ",".join("%s*%d" % pair for pair in zip(names, counts))


def listing(data, stream=False):
    """What dis shows of a pickle given in hex, in hex; and, after a NUL, the exception that it raises."""
    out = io.StringIO()
    try:
        mpickle.dis(io.BytesIO(unhexlify(data)) if stream else unhexlify(data), out)
    except Exception as error:
        return hexlify((out.getvalue() + "\0" + error_class(error)).encode()).decode()
    return hexlify(out.getvalue().encode()).decode()


def _options(options):
    made = {}
    for name in options or ():
        value = options[name]
        made[name] = eval(value[1:]) if isinstance(value, str) and value[:1] == "=" else value
    return made


def in_use():
    """Bytes of heap in use, all garbage collected."""
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


def quietly(function, *args):
    """Calls a function and forgets what it returns or raises."""
    try:
        function(*args)
    except Exception:
        pass


class Module:
    """Stands in for a module: what the import statement finds is whatever sys.modules holds."""


def install(name, source):
    """Makes source importable as a module."""
    names = {"__name__": name}
    exec(source, names)
    module = Module()
    for key in names:
        setattr(module, key, names[key])
    sys.modules[name] = module
    return names


def rewrite(data, protocol):
    """Loads a pickle and dumps what it holds, in hex."""
    return hexlify(mpickle.dumps(mpickle.loads(unhexlify(data)), protocol)).decode()


def leak(data, options):
    """By how many bytes a pickle makes the heap grow, each few times it is loaded: "0" if they once add nothing.

    The collector takes any number on the stack for an address, so what one load has left may be found for a while; a
    leak is there each time.
    """
    data = unhexlify(data)
    sizes = []
    for _ in range(4):
        for _ in range(4):
            quietly(lambda: mpickle.loads(data, **_options(options)))
            quietly(lambda: mpickle.load(io.BytesIO(data), **_options(options)))
        sizes.append(in_use())
    return str(max(0, min(sizes[turn + 1] - sizes[turn] for turn in range(3))))
