// The lines of a listing, as pickletools.dis writes them.

#include "py/objint.h"
#include "py/objstr.h"
#include "py/stream.h"
#include "shim_private.h"

#if MPICKLE_DIS

#define MPK_INDENT (4)

static mp_obj_t mpk_number(bool has_sign, const uint8_t *data, size_t len) {
    #if MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_MPZ
    if (!has_sign) {
        return mp_obj_int_from_bytes_impl(false, len, data);
    }
    #else
    if (len <= sizeof(uint64_t)) {
        uint64_t value = has_sign && len > 0 && data[len - 1] >= 0x80 ? -1 : 0;
        memcpy(&value, data, len);
        return has_sign ? mp_obj_new_int_from_ll(value) : mp_obj_new_int_from_ull(value);
    }
    #endif
    return mpk_int_from_bytes(MPK_NULL, MPK_NULL, (void *)data, len);
}

static void mpk_print_argument(const mp_print_t *print, uint8_t form, const uint8_t *data, size_t len) {
    switch (form) {
        case MPK_FORM_PLAIN:
        case MPK_FORM_FLOAT:
            for (size_t i = 0; i < len; i++) {
                mp_printf(print, data[i] >= ' ' && data[i] <= '~' ? "%c" : "\\x%02x", data[i]);
            }
            return;
        case MPK_FORM_UINT:
        case MPK_FORM_INT:
        case MPK_FORM_LONG:
            mp_obj_print_helper(print, mpk_number(form != MPK_FORM_UINT, data, len), PRINT_REPR);
            return;
        case MPK_FORM_STR:
        case MPK_FORM_ESCAPED:
            // A copy, since MicroPython reads on behind a str to find the end of its last character.
            mp_obj_print_helper(print, mp_obj_new_str_copy(&mp_type_str, data, len), PRINT_REPR);
            return;
        case MPK_FORM_BYTEARRAY:
            mp_print_str(print, "bytearray(");
            // fall through
        case MPK_FORM_BYTES:
            mp_print_str(print, "b");
            // fall through
        default:
            mp_str_print_quoted(print, data, len, true);
            mp_print_str(print, form == MPK_FORM_BYTEARRAY ? ")" : "");
    }
}

static void mpk_print_line(const mp_print_t *print, const mpk_shown_t *shown) {
    const mpk_line_t *line = shown->line;
    static const char notes[] = "\n\0 (MARK at %u)\n\0 (as %u)\n\0highest protocol among opcodes = %u\n";
    const char *note = notes;
    for (size_t i = line->note; i > 0; i--) {
        note += strlen(note) + 1;
    }
    if (line->note != MPK_NOTE_PROTOCOL) {
        mp_printf(print, line->code < 0x80 ? "%5u: %c    " : "%5u: \\x%02x ", (unsigned)line->offset, line->code);
        mp_print_strn(print, "", 0, 0, ' ', MPK_INDENT * line->depth);
        bool alone = line->form == MPK_FORM_NONE && line->note == MPK_NOTE_NONE;
        mp_printf(print, alone ? "%s" : "%-10s", shown->name);
        if (line->form != MPK_FORM_NONE) {
            mp_print_str(print, " ");
            mpk_print_argument(print, line->form, line->argument, line->len);
        }
    }
    mp_printf(print, note, (unsigned)line->number);
}

MPK_RAISING(mpk_show_line) {
    mp_print_t print = *MP_PYTHON_PRINTER;
    if (obj != mp_const_none) {
        if (!mpk_has_protocol(obj, MP_QSTR_write)) {
            mp_raise_TypeError(MPK_TEXT("out must be a native stream"));
        }
        print = (mp_print_t){MP_OBJ_TO_PTR(obj), mp_stream_write_adaptor};
    }
    mpk_print_line(&print, data);
    return MPK_DONE;
}

#endif
