# Runs on a Cortex-M: how much C stack a call takes. What is below the stack is painted, and then looked through for
# what the call has left there.
import micropython

_ROOM = 9000  # of the 10 kB that the port has


@micropython.asm_thumb
def _paint(r0):  # so many bytes below the stack; returns where the stack was
    mov(r1, sp)
    sub(r2, r1, r0)
    movwt(r3, 0x5AA55AA5)
    label(AGAIN)
    str(r3, [r2, 0])
    add(r2, 4)
    cmp(r2, r1)
    bcc(AGAIN)
    mov(r0, r1)


@micropython.asm_thumb
def _first_change(r0):  # from an address upwards
    movwt(r3, 0x5AA55AA5)
    label(AGAIN)
    ldr(r2, [r0, 0])
    add(r0, 4)
    cmp(r2, r3)
    beq(AGAIN)
    sub(r0, 4)


def stack_of(function, *args, **options):
    """How many bytes of C stack a native function takes."""
    top = _paint(_ROOM)
    try:
        function(*args, **options)
    except Exception:
        pass
    return top - _first_change(top - _ROOM)


def stack_of_dump(source, protocol):
    """For the value of a case: to bytes or to a stream, whichever takes more."""
    value = evaluate(source)
    return str(max(stack_of(mpickle.dumps, value, protocol), stack_of(mpickle.dump, value, io.BytesIO(), protocol)))


def stack_of_load(data, options=None):
    """For a pickle in hex."""
    data, options = unhexlify(data), _options(options)
    options.pop("stream", None)
    return str(max(stack_of(mpickle.loads, data, **options), stack_of(mpickle.load, io.BytesIO(data), **options)))
