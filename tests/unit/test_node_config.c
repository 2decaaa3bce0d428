/* SPDX-License-Identifier: MIT */
/* Configurations of nodes: what is read, and what is said of mistakes. */
#include "test_node_config.h"

#include "etp/auction.h"

/* ---- what is read ---- */

static void a_battery_is_read_with_its_defaults(void **state)
{
    (void)state;
    sample loaded = load_text(battery_text);
    const etp_node_config *config = &loaded.config;
    print_findings(&loaded);
    assert_true(loaded.good);
    assert_int_equal(config->role, ETP_NODE_BATTERY);
    assert_int_equal(config->device, 1001);
    assert_string_equal(config->name, "node");
    assert_int_equal(config->battery.capacity, 10 * ETP_ENERGY_PER_KWH);
    assert_int_equal(config->stored, 6 * ETP_ENERGY_PER_KWH);
    assert_int_equal(config->battery.export_limit, 5 * ETP_POWER_PER_KW);
    assert_int_equal(config->battery.voltage_mv, 48000);
    assert_int_equal(config->round_trip_ppm, 890000);
    assert_int_equal(config->market.interval, 300 * ETP_NS_PER_SECOND);
    assert_int_equal(config->market.window, 2000 * ETP_NS_PER_MS);
    assert_int_equal(config->market.mechanism, ETP_FIRST_PRICE);
    assert_int_equal(config->market.utc_offset, 10 * ETP_NS_PER_HOUR);
    assert_int_equal(config->base_reserve, 83 * ETP_PRICE_PER_CENT / 10);
    assert_int_equal(config->limits.unacknowledged_bytes, 8192);
    assert_int_equal(config->limits.unacknowledged_most_bytes, 65536);
    assert_int_equal(config->dial.count, 1);
    assert_string_equal(config->dial.list[0].url, "tls+tcp://agg.example:7700");
    assert_int_equal(etp_tariff_at(&config->home.retail, 0), 33 * ETP_PRICE_PER_CENT);
    assert_int_equal(config->home.number, 1001);
    assert_false(config->home.given);
    release(&loaded);
}

static void files_lie_beside_the_configuration(void **state)
{
    (void)state;
    sample loaded = load_text(battery_text);
    assert_string_equal(loaded.config.key, in_folder("home.key"));
    assert_string_equal(loaded.config.tls.ca, in_folder("ca.pem"));
    release(&loaded);
    loaded = load_changed(battery_text, "'home.key'", "'/etc/etp/home.key'");
    assert_string_equal(loaded.config.key, "/etc/etp/home.key");
    release(&loaded);
}

static void a_shipped_script_is_found_by_its_name(void **state)
{
    (void)state;
    sample loaded = load_text(aggregator_text);
    print_findings(&loaded);
    assert_true(loaded.good);
    assert_non_null(strstr(loaded.config.strategy, "strategies/greedy"));
    assert_int_equal(loaded.config.demand.value, 12 * ETP_PRICE_PER_CENT);
    assert_true(loaded.config.open);
    assert_true(says(&loaded, "identity is off"));
    assert_true(says(&loaded, "1 link is plain"));
    release(&loaded);
}

static void links_are_texts_lists_and_tables(void **state)
{
    (void)state;
    sample loaded = load_changed(aggregator_text, "listen = 'tcp://127.0.0.1:0'",
                                 "listen = { 'ipc:///run/a', 'ws://[::1]:80/etp' },\n"
                                 "dial = { 'tcp://a.example:1', { url = 'tcp://b.example:2', device = 1002 } }");
    print_findings(&loaded);
    assert_true(loaded.good);
    assert_int_equal(loaded.config.listen.count, 2);
    assert_string_equal(loaded.config.listen.list[1].url, "ws://[::1]:80/etp");
    assert_int_equal(loaded.config.dial.count, 2);
    assert_int_equal(loaded.config.dial.list[0].device, 0);
    assert_int_equal(loaded.config.dial.list[1].device, 1002);
    release(&loaded);
}

/* ---- mistakes ---- */

typedef struct mistake {
    const char *text, *from, *to, *words;
} mistake;

static const mistake mistakes[] = {
    {battery_text, "return {", "return {{", "node.lua"},
    {battery_text, "api = 1,", "", "node.lua: api is missing"},
    {battery_text, "api = 1", "api = 2", "node.lua:2: api is 2; it has to be 1"},
    {battery_text, "role = 'battery',", "",
     "role is missing (what the node is); it has to be a word, battery, aggregator or relay"},
    {battery_text, "'battery'", "'batery'",
     "node.lua:2: role is \"batery\"; it has to be battery, aggregator or relay"},
    {battery_text, "device = 1001,", "", "device is missing"},
    {battery_text, "device = 1001", "device = '1001'",
     "node.lua:2: device is the text \"1001\"; it has to be a number"},
    {battery_text, "device = 1001", "device = 1.5", "node.lua:2: device is 1.5; it has to be a whole number"},
    {battery_text, "device = 1001", "device = 0", "node.lua:2: device is 0; it has to be 1 to 9007199254740991"},
    {battery_text, "device = 1001", "device = 1e16", "node.lua:2: device is 1e+16"},
    {battery_text, "key = 'home.key'", "key = ''", "node.lua:3: key is an empty text"},
    {battery_text, "key = 'home.key'", "key = 7", "node.lua:3: key is a number; it has to be a text"},
    {battery_text, "key = 'home.key',", "", "key is missing: make one with 'etp-engine keygen 1001 FILE'"},
    {battery_text, "trust = 'trusted',", "", "trust is missing"},
    {battery_text, "trust = 'trusted'", "trust = 'trusted', identity = 'off'", "is given and identity is off"},
    {battery_text, "trust = 'trusted'", "trust = 'trusted', identity = false", "node.lua:3: identity is"},
    {battery_text, "trust", "trsut", "node.lua:3: trsut is not known here; did you mean trust?"},
    {battery_text, "dial = { 'tls+tcp://agg.example:7700' },", "", "nobody can reach this node and it reaches nobody"},
    {battery_text, "tls+tcp://agg.example:7700", "tpc://agg.example:7700",
     "node.lua:4: dial[1] is \"tpc://agg.example:7700\", which does not begin with tcp://"},
    {battery_text, "agg.example:7700", "agg.example", "which has no host and port"},
    {battery_text, "agg.example:7700", "agg.example:77000", "a port that is no number from 0 to 65535"},
    {battery_text, "agg.example:7700", "agg.example:http", "a port that is no number from 0 to 65535"},
    {battery_text, "agg.example:7700", "::1:7700", "an IPv6 host without brackets"},
    {battery_text, "tls+tcp://agg.example:7700", "inproc://market", "inproc joins nodes of one process"},
    {battery_text, "tls+tcp://agg.example:7700", "ipc://", "which has no path"},
    {battery_text, "{ 'tls+tcp://agg.example:7700' }", "{ 7700 }",
     "node.lua:4: dial[1] is a number; it has to be a text"},
    {battery_text, "{ 'tls+tcp://agg.example:7700' }", "{ { device = 7 } }", "dial[1].url is missing"},
    {battery_text, "{ 'tls+tcp://agg.example:7700' }", "{ { url = 'tls+tcp://a:1', divice = 7 } }",
     "dial[1].divice is not known here; a link has url and device"},
    {battery_text, "{ 'tls+tcp://agg.example:7700' }", "{ { url = 'tls+tcp://a:1', device = -7 } }",
     "dial[1].device is -7"},
    {battery_text, "{ 'tls+tcp://agg.example:7700' }", "{ { url = 'tls+tcp://a:1', device = 1001 } }",
     "which is this node itself"},
    {battery_text, "{ 'tls+tcp://agg.example:7700' }", "{ 'tls+tcp://a:1', 'tls+tcp://a:1' }",
     "which is in dial before"},
    {battery_text, "  tls = { ca = 'ca.pem', certificate = 'c.pem', key = 'k.pem' },\n", "",
     "there is no tls = { ca, certificate, key }"},
    {battery_text, "ca = 'ca.pem', ", "", "tls.ca is missing"},
    {battery_text, "ca = 'ca.pem'", "cafile = 'ca.pem'", "tls.cafile is not known here"},
    {battery_text, "tls = {", "tsl = {", "tsl is not known here; did you mean tls?"},
    {battery_text, "  battery = { capacity_kwh = 10, stored_kwh = 6, power_kw = 5 },\n", "",
     "battery.capacity_kwh is missing"},
    {battery_text, "{ capacity_kwh = 10, stored_kwh = 6, power_kw = 5 }", "10",
     "battery is a number; it has to be a table of keys"},
    {battery_text, "capacity_kwh = 10", "capacity_kwh = 0",
     "node.lua:6: battery.capacity_kwh is 0; it has to be 0.1 to 100000 kWh"},
    {battery_text, "capacity_kwh = 10", "capacity = 10",
     "battery.capacity is not known here; did you mean battery.capacity_kwh?"},
    {battery_text, "stored_kwh = 6", "stored_kwh = 11", "battery.stored_kwh is more than the capacity of 10 kWh"},
    {battery_text, "stored_kwh = 6", "stored_kwh = -1", "battery.stored_kwh is -1"},
    {battery_text, "stored_kwh = 6", "stored_kwh = 6, floor_kwh = 12", "battery.floor_kwh is more than the capacity"},
    {battery_text, "power_kw = 5", "power_kw = 5, round_trip_percent = 120",
     "battery.round_trip_percent is 120; it has to be 1 to 100 %"},
    {battery_text,
     "role =", "interval_s = 20, role =", "interval_s is not known here; did you mean market.interval_s?"},
    {battery_text, "role =", "market = { interval_s = 7 }, role =", "market.interval_s does not divide a day"},
    {battery_text, "role =", "market = { interval_s = 10 }, role =", "query spread, window and two holds take 14s"},
    {battery_text, "role =", "market = { mechanism = 'vickrey' }, role =",
     "market.mechanism is \"vickrey\"; it has to be first-price, second-price, ascending or uniform-price"},
    {battery_text, "role =", "market = { utc_offset_h = 9.6 }, role =", "no whole number of quarters of an hour"},
    {battery_text, "role =", "params = { premium = 1 }, role =", "has parameters of a policy, and there is no reserve"},
    {battery_text,
     "role =", "reserve = 'x.lua', params = { premium = 'high' }, role =", "params.premium is the text \"high\""},
    {battery_text,
     "role =", "reserve = 'x.lua', base_reserve_c_per_kwh = 3, role =", "is of the protocol's own policy"},
    {battery_text, "role =", "home = { retail_c_per_kwh = '08:00=3' }, role =", "home.retail_c_per_kwh is no tariff"},
    {battery_text, "role =", "demand = { need_kwh = 1 }, role =",
     "demand is for the role aggregator, and this node's role is battery"},
    {battery_text, "role =", "strategy = 'greedy', role =", "strategy is for the role aggregator"},
    {battery_text, "role =", "discovery = {}, role =", "discovery has neither a group nor peers"},
    {battery_text, "role =", "discovery = { peers = 'north.example:7700' }, role =", "names are not looked up here"},
    {battery_text, "role =", "discovery = { group = '239.255.77.77' }, role =",
     "discovery.group is \"239.255.77.77\", which has no host and port"},
    {battery_text, "role =", "discovery = { peers = 'a:1', announce = 'tcp://a:1' }, role =", "there is no listen"},
    {battery_text,
     "role =", "limits = { connections = 0 }, role =", "limits.connections is 0; it has to be 1 to 100000"},
    {battery_text, "role =", "older = { dial = 'a:1' }, role =", "older.dial is for the role aggregator"},
    {battery_text, "role =", "older = { listen = 'a:1' }, market = { window_ms = 500 }, role =",
     "market.window_ms is 500, and clients of the older"},
    {battery_text, "role =", "older = { listen = 'nowhere' }, role =", "has no host and port"},
    {battery_text, "role =", "older = { listen = 'a:1', allow = 5 }, role =", "older.allow has to be a list of 1 to"},
    {battery_text,
     "role =", "older = { listen = 'a:1', allow = { 0 } }, role =", "older.allow[1] is 0; it has to be 1"},
    {battery_text,
     "role =", "older = { listen = 'a:1', allow = { 5 }, devices = 3 }, role =", "older.devices is for a port without"},
    {aggregator_text, "strategy =", "older = { dial = 'a:1' }, strategy =", "has a:1 without a device"},
    {aggregator_text,
     "strategy =", "older = { dial = { { url = 'a', device = 5 } } }, strategy =", "has no host and port"},
    {battery_text, "role =", "prices = { follow = true }, role =", "prices.file is missing"},
    {battery_text, "role =", "prices = { file = 'p.csv', follow = 'yes' }, role =",
     "prices.follow is the text \"yes\"; it has to be"},
    {battery_text,
     "role =", "prices = { file = 'p.csv', stale_after_s = 60 }, role =", "one that is replayed does not go stale"},
    {battery_text, "role =", "on_start = function() end, role =", "node.lua"},
    {aggregator_text, "strategy = 'greedy',", "", "strategy is missing"},
    {aggregator_text, ", value_c_per_kwh = 12", "", "demand has no value: give it value_c_per_kwh, or add prices"},
    {aggregator_text, "value_c_per_kwh = 12", "value_c_per_kwh = 12, loss_factor = 1",
     "demand.loss_factor is for a value that follows the prices"},
    {aggregator_text, "need_kwh = 5", "need_kw = 5", "did you mean demand.need_kwh?"},
    {aggregator_text, "budget_dollars = 2", "budget_dollars = 1e9",
     "demand.budget_dollars is 1000000000; it has to be 0 to 1000000 $"},
    {aggregator_text, "listen = 'tcp://127.0.0.1:0'", "listen = 'tls+tcp://127.0.0.1:0'", "there is no tls"},
    {aggregator_text, "listen = 'tcp://127.0.0.1:0'",
     "listen = 'tcp://a:1', limits = { peers = 1 }, dial = { 'tcp://b:1', 'tcp://c:1' }",
     "limits.peers is 1, and there are 2 links to dial"},
    {aggregator_text, "listen = 'tcp://127.0.0.1:0'",
     "listen = 'tcp://a:1', limits = { unacknowledged_bytes = 100000 }",
     "limits.unacknowledged_most_bytes is 65536, and limits.unacknowledged_bytes is 100000: the most is no less"},
};

static void each_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const mistake *wrong = &mistakes[i];
        sample loaded = load_changed(wrong->text, wrong->from, wrong->to);
        if (loaded.good || !says(&loaded, wrong->words)) {
            print_message("mistake %zu: %s -> %s; wanted: %s\n", i, wrong->from, wrong->to, wrong->words);
            print_findings(&loaded);
            fail();
        }
        release(&loaded);
    }
}

static void all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    sample loaded = load_text("return { api = 1, role = 'battery', device = 0, nam = 'x', listen = 'tcp://a', "
                              "battery = { capacity_kwh = 0, stored_kwh = 1, power_kw = 1 } }");
    assert_false(loaded.good);
    assert_int_equal(loaded.findings.errors, 4);
    release(&loaded);
}

static void warnings_are_no_mistakes(void **state)
{
    (void)state;
    sample loaded = load_changed(battery_text, "tls+tcp://", "ipc://");
    assert_true(loaded.good);
    assert_true(says(&loaded, "tls is given, and no link begins with tls+tcp://"));
    release(&loaded);
    loaded = load_changed(aggregator_text,
                          "strategy =", "older = { dial = { url = '127.0.0.1:1', device = 5 } }, strategy =");
    assert_true(loaded.good);
    assert_true(says(&loaded, "the older wire format is on"));
    release(&loaded);
    loaded = load_changed(battery_text, "role =", "older = { listen = 'a:1', allow = { 5, 7 } }, role =");
    assert_true(loaded.good);
    assert_true(says(&loaded, "auctions here are open for 400 ms"));
    assert_int_equal(loaded.config.market.window, 400 * ETP_NS_PER_MS);
    assert_int_equal(loaded.config.older.allow.count, 2);
    assert_int_equal(loaded.config.older.allow.list[1], 7);
    release(&loaded);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    sample loaded = {.good = false};
    loaded.good = etp_node_config_load(&loaded.config, in_folder("none.lua"), &loaded.findings);
    assert_false(loaded.good);
    assert_true(says(&loaded, "none.lua"));
    release(&loaded);
}

/* ---- SIGHUP ---- */

static const etp_node_change *change_of(const etp_node_changes *changes, const char *path)
{
    for (unsigned i = 0; i < changes->count; i++)
        if (strcmp(changes->list[i].path, path) == 0)
            return &changes->list[i];
    return NULL;
}

static void changes_say_what_is_live(void **state)
{
    (void)state;
    static etp_node_changes changes;
    sample before = load_text(aggregator_text);
    sample after = load_changed(aggregator_text, "need_kwh = 5", "need_kwh = 8");
    etp_node_config_compare(&before.config, &after.config, &changes);
    assert_int_equal(changes.count, 1);
    assert_string_equal(changes.list[0].path, "demand.need_kwh");
    assert_true(changes.list[0].live);
    assert_string_equal(changes.list[0].before, "5");
    assert_string_equal(changes.list[0].after, "8");
    release(&after);
    after =
        load_changed(aggregator_text, "listen = 'tcp://127.0.0.1:0'", "listen = { 'tcp://127.0.0.1:0' }, name = 'x'");
    etp_node_config_compare(&before.config, &after.config, &changes);
    assert_int_equal(changes.count, 2);
    assert_true(change_of(&changes, "listen")->live);
    assert_string_equal(change_of(&changes, "listen")->after, "{ tcp://127.0.0.1:0 }");
    assert_false(change_of(&changes, "name")->live);
    assert_string_equal(change_of(&changes, "name")->before, "(not given)");
    release(&after);
    after = load_changed(aggregator_text, "strategy", "params = { a = 1 }, strategy");
    etp_node_config_compare(&before.config, &after.config, &changes);
    assert_string_equal(change_of(&changes, "params")->after, "{ a = 1 }");
    etp_node_config_compare(&after.config, &after.config, &changes);
    assert_int_equal(changes.count, 0);
    release(&after);
    release(&before);
}

/* ---- the table of keys ---- */

static void every_key_is_described(void **state)
{
    (void)state;
    for (unsigned i = 0; i < etp_node_key_count(); i++) {
        const etp_node_key *key = etp_node_key_at(i);
        assert_ptr_equal(etp_node_key_find(key->path), key);
        assert_true(strlen(key->doc) > 3);
        assert_true(key->roles != 0);
        assert_true(key->words == NULL || key->kind == ETP_KEY_WORD);
    }
    assert_null(etp_node_key_at(etp_node_key_count()));
    assert_null(etp_node_key_find("nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_battery_is_read_with_its_defaults),
        cmocka_unit_test(files_lie_beside_the_configuration),
        cmocka_unit_test(a_shipped_script_is_found_by_its_name),
        cmocka_unit_test(links_are_texts_lists_and_tables),
        cmocka_unit_test(each_mistake_is_told_with_its_place),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(warnings_are_no_mistakes),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(changes_say_what_is_live),
        cmocka_unit_test(every_key_is_described),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
