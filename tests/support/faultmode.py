# Runs on the firmware unix-faults, whose module `faults` makes allocations fail or collect garbage.
import faults


def collecting(function, *args):
    """Calls a function while every allocation collects, and what is free is overwritten."""
    faults.reset()
    faults.collect_every(1)
    try:
        return function(*args)
    finally:
        faults.reset()


def dump_collecting(source, protocol):
    """The pickle of a case, in hex, and what dump writes to a file, after garbage was collected at every step."""
    value = eval(source)
    data = collecting(mpickle.dumps, value, protocol)
    file = io.BytesIO()
    collecting(mpickle.dump, value, file, protocol)
    return hexlify(data).decode() + " " + hexlify(file.getvalue()).decode()


def load_collecting(data):
    """What is in a pickle, from memory and from a stream, after garbage was collected at every step."""
    data = unhexlify(data)
    first = describe(collecting(mpickle.loads, data))
    second = describe(collecting(mpickle.load, io.BytesIO(data)))
    return digest(first) if first == second else "from a stream it is " + digest(second)


def starve(function, forever, view=lambda result: result):
    """Makes each allocation of a call fail in turn: "" or what went wrong.

    The call must raise MemoryError or do its work without the allocation; nothing may be left behind. `view` makes of
    its result what can be compared.
    """
    faults.reset()
    expected = view(function())
    sizes = []
    for _ in range(4):
        turn = 1
        while True:
            faults.reset()
            faults.fail_at(turn, forever)
            result = None
            try:
                result = function()
            except MemoryError:
                pass
            except Exception as error:
                faults.reset()
                return "allocation %d fails: %s %s" % (turn, error_class(error), error)
            fired = faults.fired()
            faults.reset()
            if result is not None and view(result) != expected:
                return "allocation %d fails: the result is another" % turn
            if not fired:
                break
            turn += 1
        sizes.append(in_use())
    if view(function()) != expected:
        return "afterwards the result is another"
    # The collector takes any number on the stack for an address, so a size may be off once; a leak grows each time.
    if sizes[1] < sizes[2] < sizes[3]:
        return "%d bytes are left behind" % (sizes[3] - sizes[2])
    return "" if turn > 1 else "there was no allocation"


def starve_dumps(source, protocol, forever):
    value = eval(source)
    return starve(lambda: mpickle.dumps(value, protocol), forever)


def starve_dump(source, protocol, forever):
    value = eval(source)

    def dump():
        stream = Writer()
        mpickle.dump(value, stream, protocol)
        return stream.all()

    return starve(dump, forever)


def starve_loads(data, forever):
    data = unhexlify(data)
    return starve(lambda: [mpickle.loads(data)], forever, describe)


def starve_load(data, forever):
    data = unhexlify(data)
    return starve(lambda: [mpickle.load(io.BytesIO(data))], forever, describe)


def starve_broken(data, options, forever):
    """A broken pickle whose allocations fail, too: its own exception, or MemoryError."""
    data = unhexlify(data)

    def load():
        try:
            mpickle.loads(data, **_options(options))
        except MemoryError:
            raise
        except Exception as error:
            return error_class(error)

    return starve(load, forever)
