/* One entry of ClaimsSchema. */
#include "core/kinds/claims_rules.h"

#include "core/format.h"
#include "core/kinds/claims_lists.h"

#define NAME_ID                                                                \
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
#define UPN "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"

/* The attributes that a source has; NULL: any name. */
static const struct bl_claims_list *
attributes_of(const struct bl_item *source) {
  static const struct {
    struct bl_text source;
    const struct bl_claims_list *attributes;
  } known[] = {
      {BL_TEXT("user"), &bl_user_claim_sources},
      {BL_TEXT("application"), &bl_principal_claim_sources},
      {BL_TEXT("resource"), &bl_principal_claim_sources},
      {BL_TEXT("audience"), &bl_principal_claim_sources},
      {BL_TEXT("company"), &bl_company_claim_sources},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (bl_text_same_folded(source->value.as.text, known[i].source))
      return known[i].attributes;
  return NULL;
}

static bool begins(struct bl_text text, const char *piece) {
  size_t len = strlen(piece);
  return text.len >= len && memcmp(text.bytes, piece, len) == 0;
}

/* extension_, 32 hexadecimal digits, _ and a name. */
static bool is_extension(struct bl_text text) {
  const size_t head = 10, digits = 32;
  if (!begins(text, "extension_") || text.len < head + digits + 2) return false;
  for (size_t i = head; i < head + digits; i++) {
    char c = text.bytes[i];
    if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f')))
      return false;
  }
  return text.bytes[head + digits] == '_';
}

static bool is_number(struct bl_text text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
  return text.len > 0;
}

static void check_attribute(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_item *source,
                            const struct bl_item *id) {
  struct bl_text text = id->value.as.text;
  const struct bl_claims_list *attributes = attributes_of(source);
  if (attributes == NULL || bl_claims_list_has(attributes, text)) return;
  const char *words = "is not a documented attribute of this source";
  if (is_number(text)) words = "looks like a constant: write Value alone";
  if (begins(text, "extension_"))
    words = "is a directory extension: write it as ExtensionID";
  bl_claims_tell(walk, BL_P_UNKNOWN_ATTRIBUTE, path, id,
                 bl_text_nearest(text, attributes->texts), words);
}

static void contradiction(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_value *claim, const char *words) {
  bl_problems_add(walk->problems, BL_P_CONTRADICTION, path, claim->at, NULL,
                  "%s", words);
}

/* Exactly one of Value, Source with ID, Source with ExtensionID. */
static void check_shape(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *claim) {
  const struct bl_item *source = bl_member(claim, BL_CLAIM_SOURCE);
  const struct bl_item *extension = bl_member(claim, BL_CLAIM_EXTENSION);
  bool value = bl_member(claim, BL_CLAIM_VALUE) != NULL;
  bool id = bl_member(claim, BL_CLAIM_ID) != NULL;
  if (value && (source != NULL || id || extension != NULL))
    contradiction(walk, path, claim,
                  "has both a constant and a source: keep either Value, or "
                  "Source with ID");
  else if (id && extension != NULL)
    contradiction(walk, path, claim, "has both ID and ExtensionID: keep one");
  else if (source != NULL && !id && extension == NULL)
    contradiction(walk, path, claim, "has a Source without ID or ExtensionID");
  else if (!value && source == NULL)
    contradiction(walk, path, claim,
                  "has no source: write Value, or Source with ID, or Source "
                  "with ExtensionID");
  else if (extension != NULL && source != NULL &&
           source->value.type == BL_STRING && !bl_claims_is(source, "user"))
    contradiction(walk, path, claim, "ExtensionID goes with Source user only");
}

/* A transformation is named where the source is one, and only there. */
static void check_transformed(struct bl_walk *walk, const struct bl_path *path,
                              const struct bl_value *claim,
                              const struct bl_item *source) {
  bool named = bl_member(claim, BL_CLAIM_TRANSFORMATION) != NULL;
  bool transformed = source != NULL && bl_claims_is(source, "transformation");
  if (transformed && !named)
    contradiction(walk, path, claim,
                  "has Source transformation without TransformationId");
  if (!transformed && named)
    contradiction(walk, path, claim,
                  "has a TransformationId without Source transformation");
}

static void check_names(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_item *jwt, const struct bl_item *saml) {
  static const char words[] = "is a restricted claim: the service leaves it "
                              "as it is";
  if (jwt != NULL &&
      (bl_claims_list_has(&bl_restricted_jwt_claims, jwt->value.as.text) ||
       begins(jwt->value.as.text, "xms_") ||
       begins(jwt->value.as.text, "extn.")))
    bl_claims_tell(walk, BL_P_RESTRICTED_CLAIM, path, jwt, NULL, words);
  if (saml == NULL) return;
  struct bl_text uri = saml->value.as.text;
  if (bl_claims_list_has(&bl_restricted_saml_claims, uri))
    bl_claims_tell(walk, BL_P_RESTRICTED_CLAIM, path, saml, NULL, words);
  else if (bl_claims_list_has(&bl_restricted_saml_claims_without_key, uri))
    bl_claims_tell(
        walk, BL_P_RESTRICTED_CLAIM, path, saml, NULL,
        "is a restricted claim, unless the application has its own signing "
        "key");
}

/* NameID and UPN come from a few attributes only. */
static void check_name_id(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_item *source,
                          const struct bl_item *id,
                          const struct bl_item *saml) {
  if (saml == NULL || source == NULL || id == NULL) return;
  struct bl_text uri = saml->value.as.text;
  if (!bl_text_is(uri, NAME_ID) && !bl_text_is(uri, UPN)) return;
  if (bl_claims_is(source, "user") &&
      !bl_claims_list_has(&bl_name_id_claim_sources, id->value.as.text))
    bl_claims_tell(walk, BL_P_MAY_BE_REFUSED, path, id, NULL,
                   "is no attribute from which NameID or UPN may come");
}

void bl_claim_rule(struct bl_walk *walk, const struct bl_path *path,
                   const struct bl_value *claim) {
  const struct bl_item *source = bl_claims_text(claim, BL_CLAIM_SOURCE);
  const struct bl_item *id = bl_claims_text(claim, BL_CLAIM_ID);
  const struct bl_item *extension = bl_claims_text(claim, BL_CLAIM_EXTENSION);
  const struct bl_item *saml = bl_claims_text(claim, BL_CLAIM_SAML);
  check_shape(walk, path, claim);
  check_transformed(walk, path, claim, source);
  if (source != NULL && id != NULL) check_attribute(walk, path, source, id);
  if (source != NULL && bl_claims_is(source, "constant"))
    contradiction(walk, path, claim,
                  "a constant has no source: write its text as Value, alone");
  if (extension != NULL && !is_extension(extension->value.as.text))
    bl_claims_tell(
        walk, BL_P_UNKNOWN_ATTRIBUTE, path, extension, NULL,
        "is not extension_, the appId without hyphens, _ and a name");
  check_names(walk, path, bl_claims_text(claim, BL_CLAIM_JWT), saml);
  check_name_id(walk, path, source, id, saml);
}
