// SPDX-License-Identifier: MPL-2.0
// What found no room is written again when the disk is well.
#include "node_disk.h"

#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"

static void network_save(pln_node_t *node, pln_net_state_t *net)
{
    pln_id_t root;
    if (net->promised || pln_access_root(net->access, &root) == PLN_OK) {
        pln_net_save(node, net);
    }
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (fork->proof.size > 0) {
            pln_fork_save(node, fork);
        }
    }
}

void pln_disk_set(pln_node_t *node, const pln_event_t *event)
{
    bool well_again = node->disk_low && !event->as.disk.low;
    node->disk_low = event->as.disk.low;
    if (!well_again) {
        return;
    }
    for (size_t i = 0; i < node->net_count; i++) {
        network_save(node, node->nets[i]);
        pln_net_refold(node, node->nets[i]);
    }
    pln_epochs_save(node);
    pln_invitations_save(node);
    pln_peers_save(node);
}
