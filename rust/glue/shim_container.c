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

mp_obj_t mpk_tuple(mpk_call_t *call, const mp_obj_t *items, size_t len) {
    if (len == 0) {
        return mp_const_empty_tuple;
    }
    mp_obj_tuple_t *tuple = mpk_alloc(offsetof(mp_obj_tuple_t, items) + len * sizeof(mp_obj_t));
    if (tuple == NULL) {
        return mpk_no_memory(call, len * sizeof(mp_obj_t));
    }
    tuple->base.type = &mp_type_tuple;
    tuple->len = len;
    mpk_copy_items(tuple->items, items, len);
    return MP_OBJ_FROM_PTR(tuple);
}

mp_obj_t mpk_list(mpk_call_t *call, const mp_obj_t *items, size_t len) {
    mp_obj_list_t *list = m_new_maybe(mp_obj_list_t, 1);
    size_t alloc = len < MPK_LIST_MIN_ALLOC ? MPK_LIST_MIN_ALLOC : len;
    mp_obj_t *table = list == NULL ? NULL : mpk_alloc(alloc * sizeof(mp_obj_t));
    if (table == NULL) {
        return mpk_no_memory(call, alloc * sizeof(mp_obj_t));
    }
    list->base.type = &mp_type_list;
    list->alloc = alloc;
    list->len = len;
    list->items = table;
    mpk_copy_items(table, items, len);
    mpk_clear_items(table + len, table + alloc);
    return MP_OBJ_FROM_PTR(list);
}

mp_obj_t mpk_dict(mpk_call_t *call) {
    mp_obj_dict_t *dict = m_new_maybe(mp_obj_dict_t, 1);
    if (dict == NULL) {
        return mpk_no_memory(call, sizeof(*dict));
    }
    dict->base.type = &mp_type_dict;
    mp_map_init(&dict->map, 0);
    return MP_OBJ_FROM_PTR(dict);
}

#if MICROPY_PY_BUILTINS_SET
mp_obj_t mpk_set(mpk_call_t *call) {
    mpk_set_layout_t *set = m_new_maybe(mpk_set_layout_t, 1);
    if (set == NULL) {
        return mpk_no_memory(call, sizeof(*set));
    }
    set->base.type = &mp_type_set;
    mp_set_init(&set->set, 0);
    return MP_OBJ_FROM_PTR(set);
}
#else
static MPK_RAISING(mpk_no_set) {
    mp_raise_TypeError(MPK_TEXT("this firmware has no set"));
}

mp_obj_t mpk_set(mpk_call_t *call) {
    return mpk_protect(call, mpk_no_set, MPK_NULL, MPK_NULL);
}
#endif

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

// The list grows by an eighth more than it must.
bool mpk_extend_list(mp_obj_t obj, const mp_obj_t *items, size_t len) {
    if (!mpk_is_exact(obj, &mp_type_list)) {
        return false;
    }
    mp_obj_list_t *list = MP_OBJ_TO_PTR(obj);
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

#if MPICKLE_GLOBALS

// Bytes that a view may look at stay where they are: to grow moves them, and the view would see what comes after.
static void mpk_check_fixed(mp_obj_t obj) {
    bool fixed = mpk_is_exact(obj, &mp_type_bytearray);
    #if MICROPY_PY_ARRAY
    fixed = fixed || mpk_is_exact(obj, &mp_type_array);
    #endif
    if (fixed) {
        mp_raise_TypeError(MPK_TEXT("a pickle cannot change a bytearray or array"));
    }
}

// Calls a method with each of the items.
static void mpk_call_each(const mp_obj_t *method, const mp_obj_t *items, size_t len) {
    for (size_t i = 0; i < len; i++) {
        mp_obj_t call[3] = {method[0], method[1], items[i]};
        mp_call_method_n_kw(1, 0, call);
    }
}

#else

// Nothing but a list, dict or set comes about that could be.
static MP_NORETURN void mpk_not_to_be_filled(const mp_obj_type_t *exception) {
    mp_raise_msg(exception, MPK_TEXT("only a list, dict or set can be filled"));
}

#endif // MPICKLE_GLOBALS

// By the methods `extend` or `append`.
MPK_RAISING(mpk_extend) {
    if (mpk_is_exact(obj, &mp_type_list)) {
        m_malloc_fail(len * sizeof(mp_obj_t));
    }
    #if MPICKLE_GLOBALS
    mpk_check_fixed(obj);
    mp_obj_t method[3];
    mp_load_method_maybe(obj, MP_QSTR_extend, method);
    if (method[0] != MP_OBJ_NULL) {
        method[2] = mp_obj_new_list(len, data);
        mp_call_method_n_kw(1, 0, method);
        return MPK_DONE;
    }
    mp_load_method(obj, MP_QSTR_append, method);
    mpk_call_each(method, data, len);
    return MPK_DONE;
    #else
    mpk_not_to_be_filled(&mp_type_AttributeError);
    #endif
}

#define MPK_MANY_SLOTS (10000)

// How many slots a table is to have for `need` keys; 0 if it has enough. MicroPython itself lets a table fill up to its
// last slot, where a search walks through all of it. So does this one while it is small. In a larger one a fifth stays
// free, and a half where the keys are str: MicroPython's hash of those has 16 bits and gives similar texts neighbouring
// slots. A table grows by half, and doubles once there is so much of it that to move it all so often takes longest.
static size_t mpk_table_size(size_t alloc, size_t need, mp_obj_t key) {
    size_t wanted = need <= 8 ? need : (mp_obj_is_str(key) ? 2 * need : need + need / 4) | 1;
    size_t larger = alloc < MPK_MANY_SLOTS ? alloc + alloc / 2 : 2 * alloc;
    return wanted > alloc ? MAX(wanted, larger) : 0;
}

// The hash of a key of which no code of the program decides what it equals; false for other keys. That of a str is kept,
// since it is wanted again and again.
static bool mpk_plain_hash(mp_obj_t key, mp_uint_t *hash) {
    if (mp_obj_is_small_int(key)) {
        *hash = MP_OBJ_SMALL_INT_VALUE(key);
        return true;
    }
    if (mp_obj_is_obj(key)) {
        mp_obj_str_t *text = MP_OBJ_TO_PTR(key);
        if (text->base.type != &mp_type_str) {
            return false;
        }
        if (text->hash == 0) {
            text->hash = qstr_compute_hash(text->data, text->len);
        }
        *hash = text->hash;
        return true;
    }
    if (mp_obj_is_qstr(key)) {
        *hash = qstr_hash(MP_OBJ_QSTR_VALUE(key));
        return true;
    }
    return false;
}

// Where mp_map_lookup and mp_set_lookup would put such a key in a table whose slots are `width` objects apart; NULL where
// they are to be asked themselves. They compare each key on the way, here most differ by their hash.
static mp_obj_t *mpk_plain_slot(mp_obj_t *table, size_t alloc, size_t width, mp_obj_t key) {
    mp_uint_t hash, other;
    if (alloc == 0 || !mpk_plain_hash(key, &hash)) {
        return NULL;
    }
    mp_obj_t *deleted = NULL;
    size_t position = hash % alloc;
    for (size_t count = alloc; count > 0; count--) {
        mp_obj_t *slot = table + position * width;
        if (*slot == key) {
            return slot;
        }
        if (*slot == MP_OBJ_NULL) {
            return deleted != NULL ? deleted : slot;
        }
        if (*slot == MP_OBJ_SENTINEL) {
            deleted = deleted != NULL ? deleted : slot;
        } else if (!mpk_plain_hash(*slot, &other)) {
            return NULL;
        } else if (other == hash && mp_obj_is_str(*slot) && mp_obj_is_str(key) && mp_obj_str_equal(*slot, key)) {
            return slot;
        }
        position = position + 1 == alloc ? 0 : position + 1;
    }
    return NULL;
}

static bool mpk_is_free(mp_obj_t slot) {
    return slot == MP_OBJ_NULL || slot == MP_OBJ_SENTINEL;
}

// Moves the keys of a table, and what lies beside them, to a larger one that is empty. Since they differ, none is
// compared. Returns how many were moved: all but those that MicroPython is to place, whose hash is not plain.
static size_t mpk_move_keys(mp_obj_t *to, size_t to_alloc, const mp_obj_t *from, size_t alloc, size_t width) {
    size_t moved = 0;
    for (; alloc > 0; alloc--, from += width) {
        mp_uint_t hash;
        if (mpk_is_free(*from) || !mpk_plain_hash(*from, &hash)) {
            continue;
        }
        mp_obj_t *slot = to + hash % to_alloc * width;
        while (*slot != MP_OBJ_NULL) {
            slot = slot + width == to + to_alloc * width ? to : slot + width;
        }
        slot[0] = from[0];
        slot[width - 1] = from[width - 1];
        moved++;
    }
    return moved;
}

static void mpk_store_item(mp_map_t *map, mp_obj_t key, mp_obj_t value) {
    mp_obj_t *slot = mpk_plain_slot((mp_obj_t *)map->table, map->alloc, 2, key);
    if (slot == NULL) {
        mp_map_lookup(map, key, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)->value = value;
        return;
    }
    if (mpk_is_free(*slot)) {
        *slot = key;
        map->used++;
        map->all_keys_are_qstrs &= mp_obj_is_qstr(key);
    }
    slot[1] = value;
}

static void mpk_store_dict(mp_map_t *map, const mp_obj_t *items, size_t len) {
    size_t alloc = len == 0 ? 0 : mpk_table_size(map->alloc, map->used + len / 2, items[0]);
    if (alloc > 0) {
        mp_map_t larger;
        mp_map_init(&larger, alloc);
        larger.used = mpk_move_keys((mp_obj_t *)larger.table, alloc, (mp_obj_t *)map->table, map->alloc, 2);
        larger.all_keys_are_qstrs = map->all_keys_are_qstrs;
        for (size_t i = 0; larger.used < map->used && i < map->alloc; i++) {
            if (mp_map_slot_is_filled(map, i)) {
                mpk_store_item(&larger, map->table[i].key, map->table[i].value);
            }
        }
        mp_map_deinit(map);
        *map = larger;
    }
    // A `__eq__` or `__hash__` of a key may do anything to the dict, but the dict's own code stands that.
    for (size_t i = 0; i + 1 < len; i += 2) {
        mpk_store_item(map, items[i], items[i + 1]);
    }
}

MPK_RAISING(mpk_lookup) {
    if (mpk_is_exact(obj, &mp_type_dict)) {
        mp_map_elem_t *found = mp_map_lookup(mp_obj_dict_get_map(obj), other, MP_MAP_LOOKUP);
        return found == NULL ? MPK_NULL : found->value;
    }
    return mp_obj_subscr(obj, other, MP_OBJ_SENTINEL);
}

bool mpk_is_key_error(mp_obj_t exception) {
    return mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_KeyError));
}

MPK_RAISING(mpk_remove) {
    mp_obj_dict_delete(obj, other);
    return MPK_DONE;
}

MPK_RAISING(mpk_store) {
    const mp_obj_t *items = data;
    if (mpk_is_exact(obj, &mp_type_dict)) {
        mp_map_t *map = mp_obj_dict_get_map(obj);
        if (!map->is_fixed && !map->is_ordered) {
            mpk_store_dict(map, items, len);
            return MPK_DONE;
        }
    }
    #if MPICKLE_GLOBALS
    mpk_check_fixed(obj);
    for (size_t i = 0; i + 1 < len; i += 2) {
        mp_obj_subscr(obj, items[i], items[i + 1]);
    }
    return MPK_DONE;
    #else
    mpk_not_to_be_filled(&mp_type_TypeError);
    #endif
}

#if MICROPY_PY_BUILTINS_SET
static void mpk_add_item(mp_set_t *set, mp_obj_t item) {
    mp_obj_t *slot = mpk_plain_slot(set->table, set->alloc, 1, item);
    if (slot == NULL) {
        mp_set_lookup(set, item, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND);
    } else if (mpk_is_free(*slot)) {
        *slot = item;
        set->used++;
    }
}

static void mpk_add_set(mp_set_t *set, const mp_obj_t *items, size_t len) {
    size_t alloc = len == 0 ? 0 : mpk_table_size(set->alloc, set->used + len, items[0]);
    if (alloc > 0) {
        mp_set_t larger;
        mp_set_init(&larger, alloc);
        larger.used = mpk_move_keys(larger.table, alloc, set->table, set->alloc, 1);
        for (size_t i = 0; larger.used < set->used && i < set->alloc; i++) {
            if (mp_set_slot_is_filled(set, i)) {
                mpk_add_item(&larger, set->table[i]);
            }
        }
        m_del(mp_obj_t, set->table, set->alloc);
        *set = larger;
    }
    for (size_t i = 0; i < len; i++) {
        mpk_add_item(set, items[i]);
    }
}
#endif

MPK_RAISING(mpk_add) {
    #if MICROPY_PY_BUILTINS_SET
    if (mpk_is_exact(obj, &mp_type_set)) {
        mpk_add_set(&((mpk_set_layout_t *)MP_OBJ_TO_PTR(obj))->set, data, len);
        return MPK_DONE;
    }
    #endif
    #if MPICKLE_GLOBALS
    mp_obj_t method[2];
    mp_load_method(obj, MP_QSTR_add, method);
    mpk_call_each(method, data, len);
    return MPK_DONE;
    #else
    mpk_not_to_be_filled(&mp_type_AttributeError);
    #endif
}

MPK_RAISING(mpk_frozenset) {
    #if MICROPY_PY_BUILTINS_SET && MICROPY_PY_BUILTINS_FROZENSET
    mpk_set_layout_t *set = MP_OBJ_TO_PTR(mp_obj_new_set(0, NULL));
    mpk_add_set(&set->set, data, len);
    set->base.type = &mp_type_frozenset;
    return MP_OBJ_FROM_PTR(set);
    #else
    mp_raise_TypeError(MPK_TEXT("this firmware has no frozenset"));
    #endif
}
