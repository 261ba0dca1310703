#include "core/kinds.h"

const struct bl_kind bl_b2b_management_policy = {
    .name = "b2bManagementPolicy",
    .collection = "b2bManagementPolicies",
    .wrapper = "B2BManagementPolicy",
    .version = "beta",
    .doc = "collaboration with other organizations; its inside is not checked",
    .source = "Graph beta: b2bManagementPolicy resource type",
};
