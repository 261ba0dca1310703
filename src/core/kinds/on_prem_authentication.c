#include "core/kinds.h"

const struct bl_kind bl_on_prem_authentication_policy = {
    .name = "onPremAuthenticationPolicy",
    .collection = "onPremAuthenticationPolicies",
    .version = "beta",
    .doc = "authentication on premises; its inside is not checked",
    .source = "Graph beta: onPremAuthenticationPolicy resource type",
};
