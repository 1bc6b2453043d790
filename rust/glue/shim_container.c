// tuple, list, dict, set.

#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "shim_private.h"

// Keeps the compiler from seeing memcpy or memset in a loop.
#define MPK_NO_PATTERN() __asm__ volatile("")

// The least that MicroPython gives a list, whose `append` counts on it.
#define MPK_LIST_MIN_ALLOC (4)

// Copies objects one by one. GCC makes of memcpy and memset, where it compiles for size, string instructions that take
// longer to start than most containers have items.
static void mpk_copy_items(mp_obj_t *to, const mp_obj_t *from, size_t len) {
    for (; len > 0; len--) {
        *to++ = *from++;
        MPK_NO_PATTERN();
    }
}

static void mpk_clear_items(mp_obj_t *items, mp_obj_t *end) {
    while (items < end) {
        *items++ = MPK_NULL;
        MPK_NO_PATTERN();
    }
}

mp_obj_t mpk_tuple(const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    if (len == 0) {
        return mp_const_empty_tuple;
    }
    mp_obj_tuple_t *tuple = mpk_alloc(offsetof(mp_obj_tuple_t, items) + len * sizeof(mp_obj_t));
    if (tuple == NULL) {
        mpk_no_memory(len * sizeof(mp_obj_t), raised);
        return MPK_NULL;
    }
    tuple->base.type = &mp_type_tuple;
    tuple->len = len;
    mpk_copy_items(tuple->items, items, len);
    return MP_OBJ_FROM_PTR(tuple);
}

mp_obj_t mpk_list(const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    mp_obj_list_t *list = m_new_maybe(mp_obj_list_t, 1);
    size_t alloc = len < MPK_LIST_MIN_ALLOC ? MPK_LIST_MIN_ALLOC : len;
    mp_obj_t *table = list == NULL ? NULL : mpk_alloc(alloc * sizeof(mp_obj_t));
    if (table == NULL) {
        mpk_no_memory(alloc * sizeof(mp_obj_t), raised);
        return MPK_NULL;
    }
    list->base.type = &mp_type_list;
    list->alloc = alloc;
    list->len = len;
    list->items = table;
    mpk_copy_items(table, items, len);
    mpk_clear_items(table + len, table + alloc);
    return MP_OBJ_FROM_PTR(list);
}

mp_obj_t mpk_dict(mp_obj_t *raised) {
    mp_obj_dict_t *dict = m_new_maybe(mp_obj_dict_t, 1);
    if (dict == NULL) {
        mpk_no_memory(sizeof(*dict), raised);
        return MPK_NULL;
    }
    dict->base.type = &mp_type_dict;
    mp_map_init(&dict->map, 0);
    return MP_OBJ_FROM_PTR(dict);
}

mp_obj_t mpk_set(mp_obj_t *raised) {
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_SET
        mp_obj_t result = mp_obj_new_set(0, NULL);
        MPK_RETURN(result);
        #else
        mp_raise_TypeError(MP_ERROR_TEXT("this firmware has no set"));
        #endif
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_frozenset(const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    mp_obj_t tuple = mpk_tuple(items, len, raised);
    if (tuple == MPK_NULL) {
        return MPK_NULL;
    }
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_SET && MICROPY_PY_BUILTINS_FROZENSET
        mp_obj_t result = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_frozenset), tuple);
        MPK_RETURN(result);
        #else
        mp_raise_TypeError(MP_ERROR_TEXT("this firmware has no frozenset"));
        #endif
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_tuple_item(mp_obj_t obj, size_t index) {
    if (!mpk_is_exact(obj, &mp_type_tuple)) {
        return MPK_NULL;
    }
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(obj);
    return index < tuple->len ? tuple->items[index] : MPK_NULL;
}

mp_obj_t mpk_list_item(mp_obj_t obj, size_t index) {
    mp_obj_list_t *list = MP_OBJ_TO_PTR(obj);
    return index < list->len ? list->items[index] : MPK_NULL;
}

mp_obj_t mpk_dict_next(mp_obj_t dict, size_t *position, mp_obj_t *value) {
    mp_map_t *map = mp_obj_dict_get_map(dict);
    // The slots of an ordered map past its length are free; those of a hash map are anywhere.
    size_t end = map->is_ordered ? map->used : map->alloc;
    for (size_t i = *position; i < end; i++) {
        if (mp_map_slot_is_filled(map, i)) {
            *position = i + 1;
            *value = map->table[i].value;
            return map->table[i].key;
        }
    }
    *position = end;
    return MPK_NULL;
}

mp_obj_t mpk_set_next(mp_obj_t obj, size_t *position) {
    mp_set_t *set = &((mpk_set_layout_t *)MP_OBJ_TO_PTR(obj))->set;
    for (size_t i = *position; i < set->alloc; i++) {
        if (mp_set_slot_is_filled(set, i)) {
            *position = i + 1;
            return set->table[i];
        }
    }
    *position = set->alloc;
    return MPK_NULL;
}

// Appends to an exact list, which grows by an eighth more than it must.
static bool mpk_extend_list(mp_obj_list_t *list, const mp_obj_t *items, size_t len) {
    size_t need = list->len + len;
    if (need > list->alloc) {
        size_t alloc = list->len == 0 ? need : need + need / 8;
        mp_obj_t *table = mpk_realloc(list->items, list->alloc * sizeof(mp_obj_t), alloc * sizeof(mp_obj_t));
        if (table == NULL) {
            return false;
        }
        list->items = table;
        list->alloc = alloc;
        mpk_clear_items(table + need, table + alloc);
    }
    mpk_copy_items(list->items + list->len, items, len);
    list->len = need;
    return true;
}

// By the methods `extend` or `append`.
static MP_NOINLINE uint32_t mpk_extend_other(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t method[3];
        mp_load_method_maybe(obj, MP_QSTR_extend, method);
        if (method[0] != MP_OBJ_NULL) {
            method[2] = mp_obj_new_list(len, (mp_obj_t *)items);
            mp_call_method_n_kw(1, 0, method);
            MPK_RETURN(MPK_OK);
        }
        mp_load_method(obj, MP_QSTR_append, method);
        for (size_t i = 0; i < len; i++) {
            mp_obj_t call[3] = {method[0], method[1], items[i]};
            mp_call_method_n_kw(1, 0, call);
        }
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_RAISED)
}

uint32_t mpk_extend(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    if (!mpk_is_exact(obj, &mp_type_list)) {
        return mpk_extend_other(obj, items, len, raised);
    }
    if (mpk_extend_list(MP_OBJ_TO_PTR(obj), items, len)) {
        return MPK_OK;
    }
    mpk_no_memory(len * sizeof(mp_obj_t), raised);
    return MPK_RAISED;
}

// Makes room for `more` keys at once. MicroPython itself lets a table fill up to its last slot, where a search walks
// through all of it. Here a fifth stays free, and a half where the keys are str: MicroPython's hash of those has 16 bits
// and gives similar texts neighbouring slots.
static void mpk_reserve_map(mp_map_t *map, size_t more, bool str_keys) {
    size_t need = map->used + more;
    size_t wanted = str_keys ? 2 * need : need + need / 4;
    if (map->is_fixed || map->is_ordered || wanted <= map->alloc) {
        return;
    }
    if (map->alloc > 0 && wanted < map->alloc + map->alloc / 2) {
        wanted = map->alloc + map->alloc / 2;
    }
    mp_map_t larger;
    mp_map_init(&larger, wanted | 1);
    for (size_t i = 0; i < map->alloc; i++) {
        if (mp_map_slot_is_filled(map, i)) {
            mp_map_lookup(&larger, map->table[i].key, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)->value = map->table[i].value;
        }
    }
    mp_map_deinit(map);
    *map = larger;
}

// A str that becomes a key is hashed again and again; so its hash is kept.
static void mpk_keep_hash(mp_obj_t key) {
    if (mpk_is_exact(key, &mp_type_str)) {
        mp_obj_str_t *text = MP_OBJ_TO_PTR(key);
        if (text->hash == 0) {
            text->hash = qstr_compute_hash(text->data, text->len);
        }
    }
}

static void mpk_store_dict(mp_obj_t dict, const mp_obj_t *items, size_t len) {
    // A `__eq__` or `__hash__` of a key may do anything to the dict, but the dict's own code stands that.
    mpk_reserve_map(mp_obj_dict_get_map(dict), len / 2, len > 0 && mp_obj_is_str(items[0]));
    for (size_t i = 0; i + 1 < len; i += 2) {
        mpk_keep_hash(items[i]);
        mp_obj_dict_store(dict, items[i], items[i + 1]);
    }
}

mp_obj_t mpk_lookup(mp_obj_t mapping, mp_obj_t key, mp_obj_t *raised) {
    *raised = MPK_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t value;
        if (mpk_is_exact(mapping, &mp_type_dict)) {
            mp_map_elem_t *found = mp_map_lookup(mp_obj_dict_get_map(mapping), key, MP_MAP_LOOKUP);
            value = found == NULL ? MPK_NULL : found->value;
        } else {
            value = mp_obj_subscr(mapping, key, MP_OBJ_SENTINEL);
        }
        nlr_pop();
        return value;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_KeyError))) {
        *raised = exception;
    }
    return MPK_NULL;
}

uint32_t mpk_remove(mp_obj_t dict, mp_obj_t key, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_dict_delete(dict, key);
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_RAISED)
}

uint32_t mpk_store(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        if (mpk_is_exact(obj, &mp_type_dict)) {
            mpk_store_dict(obj, items, len);
            MPK_RETURN(MPK_OK);
        }
        for (size_t i = 0; i + 1 < len; i += 2) {
            mp_obj_subscr(obj, items[i], items[i + 1]);
        }
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_RAISED)
}

uint32_t mpk_add(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_SET
        if (mpk_is_exact(obj, &mp_type_set)) {
            for (size_t i = 0; i < len; i++) {
                mpk_keep_hash(items[i]);
                mp_obj_set_store(obj, items[i]);
            }
            MPK_RETURN(MPK_OK);
        }
        #endif
        mp_obj_t method[2];
        mp_load_method(obj, MP_QSTR_add, method);
        for (size_t i = 0; i < len; i++) {
            mp_obj_t call[3] = {method[0], method[1], items[i]};
            mp_call_method_n_kw(1, 0, call);
        }
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_RAISED)
}
