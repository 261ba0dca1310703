/* Names in the claims mapping policy. Source: Entra, claims customization
 * using a policy, restricted claim sets and claim sources. Data; in the order
 * in which they are sought: by length, and then by their bytes in lower case
 * from the last to the first, since URIs differ at their ends. */
#include "core/kinds/claims_lists.h"

#define T BL_TEXT
#define LIST(texts)                                                            \
  { texts, sizeof(texts) / sizeof *(texts)-1 }

/* clang-format off */
/* names of claims in JWTs */
static const struct bl_text jwt_claims[] = {
  T("."), T("cc"), T("rh"), T("sub"), T("oid"), T("sid"), T("tid"), T("aud"),
  T("fwd"), T("nbf"), T("cnf"), T("aai"), T("uti"), T("jwk"), T("upn"),
  T("aio"), T("scp"), T("idp"), T("exp"), T("azp"), T("acr"), T("ver"),
  T("amr"), T("csr"), T("ttr"), T("iss"), T("iat"), T("src1"), T("src2"),
  T("tbid"), T("puid"), T("code"), T("role"), T("wids"), T("acrs"), T("acct"),
  T("vnet"), T("ctry"), T("rp_id"), T("ztdid"), T("appid"), T("nonce"),
  T("scope"), T("platf"), T("graph"), T("email"), T("e_exp"), T("idtyp"),
  T("actor"), T("roles"), T("tbidv2"), T("x5c_ca"), T("bk_pub"), T("key_id"),
  T("nameid"), T("secaud"), T("ca_enf"), T("c_hash"), T("azpacr"), T("ipaddr"),
  T("polids"), T("groups"), T("rdp_bt"), T("appctx"), T("rt_type"),
  T("at_hash"), T("pop_jwk"), T("isViral"), T("pwd_url"), T("in_corp"),
  T("pwd_exp"), T("win_ver"), T("haswids"), T("app_res"), T("msproxy"),
  T("altsecid"), T("deviceid"), T("home_oid"), T("home_tid"), T("password"),
  T("instance"), T("resource"), T("nickname"), T("username"), T("csr_type"),
  T("key_type"), T("hash_alg"), T("bk_claim"), T("ageGroup"), T("appidacr"),
  T("fido_ver"), T("capolids"), T("controls"), T("endpoint"), T("auth_data"),
  T("prov_data"), T("tenant_id"), T("client_id"), T("home_puid"),
  T("auth_time"), T("signature"), T("app_chain"), T("assertion"),
  T("client_ip"), T("enfpolids"), T("dns_names"), T("hasgroups"),
  T("openid2_id"), T("on_prem_id"), T("onprem_sid"), T("grant_type"),
  T("bk_enclave"), T("actortoken"), T("expires_on"), T("group_sids"),
  T("user_agent"), T("login_hint"), T("primary_sid"), T("unique_name"),
  T("tenant_ctry"), T("xcb2b_rcloud"), T("netbios_name"), T("account_type"),
  T("signin_state"), T("redirect_uri"), T("access_token"), T("refreshtoken"),
  T("fwd_appidacr"), T("appctxsender"), T("_claim_names"), T("inviteTicket"),
  T("msgraph_host"), T("brk_client_id"), T("request_nonce"),
  T("refresh_token"), T("origin_header"), T("source_anchor"),
  T("controls_auds"), T("xcb2b_rtenant"), T("xcb2b_rclient"),
  T("fido_auth_data"), T("cert_token_use"), T("_claim_sources"),
  T("child_client_id"), T("target_deviceid"), T("domain_dns_name"),
  T("app_displayname"), T("thumbnail_photo"), T("credential_keys"),
  T("vsm_binding_key"), T("brk_redirect_uri"), T("identityprovider"),
  T("wamcompat_scopes"), T("ca_policy_result"), T("capolids_latebind"),
  T("CloudAssignedMdmId"), T("authorization_code"), T("preferred_username"),
  T("child_redirect_uri"), T("mam_compliance_url"), T("mdm_compliance_url"),
  T("mam_enrollment_url"), T("mdm_enrollment_url"), T("wamcompat_id_token"),
  T("isbrowserhostedapp"), T("cloud_instance_name"), T("domain_netbios_name"),
  T("tenant_display_name"), T("tenant_region_scope"),
  T("mam_terms_of_use_url"), T("mdm_terms_of_use_url"),
  T("trustedfordelegation"), T("tokenAutologonEnabled"),
  T("cloud_graph_host_name"), T("user_setting_sync_url"),
  T("wamcompat_client_info"), T("verified_primary_email"),
  T("previous_refresh_token"), T("onprem_sam_account_name"),
  T("tenant_region_sub_scope"), T("refresh_token_issued_on"),
  T("cloud_instance_host_name"), T("verified_secondary_email"),
  {NULL, 0},
};

/* URIs of claims in SAML tokens */
static const struct bl_text saml_claims[] = {
  T("http://schemas.microsoft.com/2014/03/psso"),
  T("http://schemas.microsoft.com/claims/groups.link"),
  T("http://schemas.microsoft.com/identity/claims/aio"),
  T("http://schemas.microsoft.com/identity/claims/puid"),
  T("http://schemas.microsoft.com/identity/claims/acct"),
  T("http://schemas.microsoft.com/identity/claims/scope"),
  T("http://schemas.microsoft.com/identity/claims/xms_et"),
  T("http://schemas.microsoft.com/identity/claims/tenantid"),
  T("http://schemas.microsoft.com/identity/claims/agegroup"),
  T("http://schemas.microsoft.com/identity/claims/openid2_id"),
  T("http://schemas.microsoft.com/identity/claims/accesstoken"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/spn"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"),
  T("http://schemas.microsoft.com/claims/authnmethodsreferences"),
  T("http://schemas.xmlsoap.org/ws/2009/09/identity/claims/actor"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/role"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/wids"),
  T("http://schemas.microsoft.com/identity/claims/identityprovider"),
  T("http://schemas.microsoft.com/identity/claims/objectidentifier"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/expired"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/denyonlysid"),
  T("http://schemas.microsoft.com/2014/02/devicecontext/claims/isknown"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/expiration"),
  T("http://schemas.microsoft.com/2012/01/devicecontext/claims/ismanaged"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/authentication"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/ispersistent"),
  T("http://schemas.microsoft.com/2014/09/devicecontext/claims/iscompliant"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/samlissuername"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/confirmationkey"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsuserclaim"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "denyonlyprimarysid"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "windowsdeviceclaim"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "windowsfqbnversion"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "windowsdevicegroup"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
    "authorizationdecision"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "windowssubauthority"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "authenticationmethod"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "authenticationinstant"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "denyonlyprimarygroupsid"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
    "privatepersonalidentifier"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "denyonlywindowsdevicegroup"),
  {NULL, 0},
};

/* the same, unless the application has its own signing key */
static const struct bl_text saml_claims_without_key[] = {
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/sid"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/role"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid"),
  T("http://schemas.microsoft.com/ws/2008/06/identity/claims/"
    "windowsaccountname"),
  T("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
    "x500distinguishedname"),
  {NULL, 0},
};

/* IDs of source user; case is folded */
static const struct bl_text of_users[] = {
  T("mail"), T("city"), T("state"), T("surname"), T("country"), T("objectid"),
  T("jobtitle"), T("usertype"), T("givenname"), T("othermail"),
  T("employeeid"), T("postalcode"), T("department"), T("netbiosname"),
  T("displayname"), T("companyname"), T("mobilephone"), T("mailnickname"),
  T("creationtype"), T("dnsdomainname"), T("assignedroles"),
  T("streetaddress"), T("accountEnabled"), T("officelocation"),
  T("proxyaddresses"), T("createddatetime"), T("telephonenumber"),
  T("preferredlanguage"), T("userprincipalname"), T("extensionattribute1"),
  T("extensionattribute2"), T("extensionattribute3"), T("extensionattribute4"),
  T("extensionattribute5"), T("extensionattribute6"), T("extensionattribute7"),
  T("extensionattribute8"), T("extensionattribute9"),
  T("extensionattribute10"), T("extensionattribute11"),
  T("extensionattribute12"), T("extensionattribute13"),
  T("extensionattribute14"), T("extensionattribute15"),
  T("onpremisesdomainname"), T("onpremisessyncenabled"),
  T("onpremisesimmutableid"), T("preferreddatalocation"),
  T("consentprovidedforminor"), T("onpremisessamaccountname"),
  T("facsimiletelephonenumber"), T("lastpasswordchangedatetime"),
  T("onpremisesuserprincipalname"), T("onpremisesecurityidentifier"),
  {NULL, 0},
};

/* IDs of the sources application, resource and audience */
static const struct bl_text of_principals[] = {
  T("tags"), T("objectid"), T("displayname"),
  {NULL, 0},
};

/* IDs of source company */
static const struct bl_text of_companies[] = {
  T("tenantcountry"),
  {NULL, 0},
};

/* IDs from which NameID and UPN may come */
static const struct bl_text of_name_ids[] = {
  T("mail"), T("employeeid"), T("telephonenumber"), T("userprincipalname"),
  T("extensionattribute1"), T("extensionattribute2"), T("extensionattribute3"),
  T("extensionattribute4"), T("extensionattribute5"), T("extensionattribute6"),
  T("extensionattribute7"), T("extensionattribute8"), T("extensionattribute9"),
  T("extensionattribute10"), T("extensionattribute11"),
  T("extensionattribute12"), T("extensionattribute13"),
  T("extensionattribute14"), T("extensionattribute15"),
  T("onpremisessamaccountname"),
  {NULL, 0},
};
/* clang-format on */

const struct bl_claims_list bl_restricted_jwt_claims = LIST(jwt_claims);
const struct bl_claims_list bl_restricted_saml_claims = LIST(saml_claims);
const struct bl_claims_list bl_restricted_saml_claims_without_key =
    LIST(saml_claims_without_key);
const struct bl_claims_list bl_user_claim_sources = LIST(of_users);
const struct bl_claims_list bl_principal_claim_sources = LIST(of_principals);
const struct bl_claims_list bl_company_claim_sources = LIST(of_companies);
const struct bl_claims_list bl_name_id_claim_sources = LIST(of_name_ids);

/* Below, at or above 0 as a stands before, is or stands behind b. */
static int compare(struct bl_text a, struct bl_text b) {
  if (a.len != b.len) return a.len < b.len ? -1 : 1;
  for (size_t i = a.len; i-- > 0;) {
    int order = bl_fold(a.bytes[i]) - bl_fold(b.bytes[i]);
    if (order != 0) return order;
  }
  return 0;
}

bool bl_claims_list_has(const struct bl_claims_list *list,
                        struct bl_text text) {
  size_t low = 0, high = list->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(text, list->texts[middle]);
    if (order == 0) return true;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return false;
}
