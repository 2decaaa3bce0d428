/* SPDX-License-Identifier: MIT */
/* What etp-engine help bench prints. */
#include <stdio.h>

#include "cli/bench/bench.h"
#include "cli/commands.h"
#include "cli/usage.h"

void etp_bench_help(void)
{
    fputs("usage: etp-engine bench network [STRATEGY.lua ...] [options]\n"
          "\n"
          "Asks what a market needs of its network. The same market (the same homes, prices, values and\n"
          "outages) is run over links of every combination of the delays, losses and bandwidths that are\n"
          "given, and compared with itself over perfect links: how long each type of message took against\n"
          "its limit, how many came too late, what was lost, what a trade and a battery cost in bytes.\n"
          "\n"
          "Examples:\n"
          "  etp-engine bench network\n"
          "  etp-engine bench network --batteries 1000 --aggregators 5,20 --delays 20ms,200ms --losses 0\n"
          "  etp-engine bench network --bandwidths 0,64000,9600,1200 --csv sweep.csv --json sweep.json\n"
          "  etp-engine bench network --relay build/tests/tools/etp-net-relay --delays 20ms,250ms\n"
          "\n"
          "Links are simulated, and delays exact. A link is one battery's to one aggregator, and has its\n"
          "bandwidth for itself. Bytes are those of ETP's frames, as they are handed to a link. With --relay\n"
          "links are real: each battery has a connection to each aggregator, through the program. Both ends\n"
          "prove who they are, as nodes do, with keys made for this run. Bytes are then all that is handed to\n"
          "the sockets, tags and heartbeats among it. TCP loses nothing: a loss is a wait there.\n"
          "\n"
          "Aggregators are the named strategies and, up to the number that is asked for, the shipped ones in\n"
          "the order of run's --rivals. The market begins at 18:00 of the built-in day, when batteries sell,\n"
          "and finds them 90 % full (--set world.start_charge).\n"
          "\n"
          "What is lost is a difference of sums: what one battery could not sell may be sold later, and the\n"
          "same lot may go to more buyers or fewer, as their bids arrive. So a market that works sells as many\n"
          "kWh as over perfect links, give or take a little, in more trades or fewer.\n",
          stdout);
    etp_usage_options(&etp_bench_vocabulary);
    etp_usage_world();
    fputs("\n"
          "Exit status: as of run (etp-engine --help).\n",
          stdout);
}
