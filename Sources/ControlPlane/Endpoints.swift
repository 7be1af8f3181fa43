// SPDX-License-Identifier: Apache-2.0
import Access

private let page = ["limit", "cursor"]
private let ownerList = ["external_id", "locked"] + page
private let usageTime = ["from", "to", "step", "code", "tag", "format"] + page
private let keyFilters = ["keyspace", "owner", "account", "state", "prefix", "last_used_before", "scope", "q"]
private let keyList = keyFilters + page

/// Every endpoint of the control plane. The description in `openapi/bitting.yaml` has the same lines; a test compares
/// them.
let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/keyspaces", "listKeyspaces", Permission.settingsRead, query: page, listKeyspaces),
    Endpoint(.post, "/v1/keyspaces", "createKeyspace", Permission.settingsWrite, repeatable: true, createKeyspace),
    Endpoint(.get, "/v1/keyspaces/{id}", "readKeyspace", Permission.settingsRead, readKeyspace),
    Endpoint(.patch, "/v1/keyspaces/{id}", "changeKeyspace", Permission.settingsWrite, changeKeyspace),

    Endpoint(.get, "/v1/accounts", "listAccounts", Permission.accountsRead, query: ownerList, listAccounts),
    Endpoint(.post, "/v1/accounts", "createAccount", Permission.accountsWrite, repeatable: true, createAccount),
    Endpoint(.get, "/v1/accounts/{id}", "readAccount", Permission.accountsRead, readOwner(.account)),
    Endpoint(.patch, "/v1/accounts/{id}", "changeAccount", Permission.accountsWrite, changeOwner(.account)),
    Endpoint(.post, "/v1/accounts/{id}/lock", "lockAccount", Permission.accountsWrite, lockOwner(.account)),
    Endpoint(.post, "/v1/accounts/{id}/unlock", "unlockAccount", Permission.accountsWrite, unlockOwner(.account)),

    Endpoint(
        .get, "/v1/accounts/{id}/apps", "listApps", Permission.accountsRead, query: ownerList, listInAccount(.app)),
    Endpoint(.post, "/v1/accounts/{id}/apps", "createApp", Permission.accountsWrite, repeatable: true, createApp),
    Endpoint(.get, "/v1/apps/{id}", "readApp", Permission.accountsRead, readOwner(.app)),
    Endpoint(.patch, "/v1/apps/{id}", "changeApp", Permission.accountsWrite, changeOwner(.app)),
    Endpoint(.post, "/v1/apps/{id}/lock", "lockApp", Permission.accountsWrite, lockOwner(.app)),
    Endpoint(.post, "/v1/apps/{id}/unlock", "unlockApp", Permission.accountsWrite, unlockOwner(.app)),

    Endpoint(
        .get, "/v1/accounts/{id}/users", "listUsers", Permission.accountsRead, query: ownerList, listInAccount(.user)),
    Endpoint(.post, "/v1/accounts/{id}/users", "createUser", Permission.accountsWrite, repeatable: true, createUser),
    Endpoint(.get, "/v1/users/{id}", "readUser", Permission.accountsRead, readOwner(.user)),
    Endpoint(.patch, "/v1/users/{id}", "changeUser", Permission.accountsWrite, changeOwner(.user)),
    Endpoint(.post, "/v1/users/{id}/lock", "lockUser", Permission.accountsWrite, lockOwner(.user)),
    Endpoint(.post, "/v1/users/{id}/unlock", "unlockUser", Permission.accountsWrite, unlockOwner(.user)),

    Endpoint(.get, "/v1/operators", "listOperators", Permission.accountsRead, query: page, listOperators),
    Endpoint(.post, "/v1/operators", "addOperator", Permission.keysWrite, repeatable: true, addOperator),
    Endpoint(.post, "/v1/operators/{id}/remove", "removeOperator", Permission.keysWrite, removeOperator),

    Endpoint(.get, "/v1/keys", "listKeys", Permission.keysRead, query: keyList, listKeys),
    Endpoint(.post, "/v1/keys", "issueKey", Permission.keysWrite, repeatable: true, issueKey),
    Endpoint(.post, "/v1/keys/bulk", "bulkKeys", Permission.keysWrite, repeatable: true, bulkKeys),
    Endpoint(
        .post, "/v1/keys/import", "importKeys", Permission.keysWrite, repeatable: true, lines: importKeyLines,
        importKeys),
    Endpoint(.get, "/v1/keys/export", "exportKeys", Permission.keysRead, query: keyFilters + ["format"], exportKeys),
    Endpoint(.get, "/v1/keys/{id}", "readKey", Permission.keysRead, readKey),
    Endpoint(.patch, "/v1/keys/{id}", "changeKey", Permission.keysWrite, changeKey),
    Endpoint(.post, "/v1/keys/{id}/revoke", "revokeKey", Permission.keysWrite, revokeKey),
    Endpoint(.post, "/v1/keys/{id}/rotate", "rotateKey", Permission.keysWrite, repeatable: true, rotateKey),
    Endpoint(.post, "/v1/keys/{id}/retire", "retireKey", Permission.keysWrite, retireKey),
    Endpoint(.post, "/v1/keys/{id}/rollback", "rollBackKey", Permission.keysWrite, rollBackKey),
    Endpoint(.post, "/v1/keys/{id}/disable", "disableKey", Permission.keysWrite, disableKey),
    Endpoint(.post, "/v1/keys/{id}/enable", "enableKey", Permission.keysWrite, enableKey),

    Endpoint(
        .get, "/v1/sign-in-rules", "listSignInRules", Permission.keysRead,
        query: ["account", "key", "issuer", "state"] + page, listSignInRules),
    Endpoint(
        .post, "/v1/sign-in-rules", "createSignInRule", Permission.keysWrite, repeatable: true, createSignInRule),
    Endpoint(.get, "/v1/sign-in-rules/{id}", "readSignInRule", Permission.keysRead, readSignInRule),
    Endpoint(.patch, "/v1/sign-in-rules/{id}", "changeSignInRule", Permission.keysWrite, changeSignInRule),
    Endpoint(.post, "/v1/sign-in-rules/{id}/disable", "disableSignInRule", Permission.keysWrite, disableSignInRule),
    Endpoint(.post, "/v1/sign-in-rules/{id}/enable", "enableSignInRule", Permission.keysWrite, enableSignInRule),
    Endpoint(.post, "/v1/sign-in-rules/{id}/remove", "removeSignInRule", Permission.keysWrite, removeSignInRule),

    Endpoint(.get, "/v1/keys/{id}/usage", "readKeyUsage", Permission.usageRead, query: usageTime, readKeyUsage),
    Endpoint(.get, "/v1/keys/{id}/stragglers", "listStragglers", Permission.keysRead, query: page, listStragglers),
    Endpoint(
        .get, "/v1/usage", "listUsage", Permission.usageRead, query: ["by", "account", "keyspace"] + usageTime,
        listUsage),
    Endpoint(
        .get, "/v1/usage/refusals", "listRefusals", Permission.usageRead,
        query: ["account", "keyspace", "from", "to", "code", "format"] + page, listRefusals),

    Endpoint(
        .get, "/v1/hygiene", "listHygiene", Permission.keysRead, query: ["kind", "account", "keyspace"] + page,
        listHygiene),
    Endpoint(.post, "/v1/hygiene/apply", "applyHygiene", Permission.keysRead, applyHygiene),

    Endpoint(.get, "/v1/providers", "listProviders", Permission.settingsRead, query: page, listProviders),
    Endpoint(.get, "/v1/providers/{name}", "readProvider", Permission.settingsRead, readProvider),
    Endpoint(.put, "/v1/providers/{name}", "putProvider", Permission.settingsWrite, putProvider),

    Endpoint(
        .get, "/v1/credentials", "listCredentials", Permission.credentialsRead,
        query: ["account", "provider", "deleted"] + page,
        listCredentials),
    Endpoint(.post, "/v1/credentials", "holdCredential", Permission.credentialsWrite, repeatable: true, holdCredential),
    Endpoint(.get, "/v1/credentials/{id}", "readCredential", Permission.credentialsRead, readCredential),
    Endpoint(.post, "/v1/credentials/{id}/test", "testCredential", Permission.credentialsWrite, testCredential),
    Endpoint(.patch, "/v1/credentials/{id}", "changeCredential", Permission.credentialsWrite, changeCredential),
    Endpoint(
        .get, "/v1/credentials/{id}/versions", "listVersions", Permission.credentialsRead, query: page, listVersions),
    Endpoint(
        .post, "/v1/credentials/{id}/versions", "replaceValue", Permission.credentialsWrite, repeatable: true,
        replaceValue),
    Endpoint(.post, "/v1/credentials/{id}/promote", "promoteVersion", Permission.credentialsWrite, promoteVersion),
    Endpoint(.post, "/v1/credentials/{id}/rollback", "rollBackVersion", Permission.credentialsWrite, rollBackVersion),
    Endpoint(.post, "/v1/credentials/{id}/retire", "retireVersion", Permission.credentialsWrite, retireVersion),
    Endpoint(.post, "/v1/credentials/{id}/delete", "deleteCredential", Permission.credentialsWrite, deleteCredential),
    Endpoint(
        .post, "/v1/credentials/{id}/restore", "restoreCredential", Permission.credentialsWrite, restoreCredential),
    Endpoint(.post, "/v1/credentials/{id}/reveal", "revealValue", Permission.credentialsReveal, revealValue),
    Endpoint(
        .post, "/v1/credentials/{id}/rotations", "startRotation", Permission.rotationsWrite, repeatable: true,
        startRotation),
    Endpoint(
        .get, "/v1/rotations", "listRotations", Permission.rotationsRead,
        query: ["account", "credential", "provider", "assignee", "stage", "over"] + page, listRotations),
    Endpoint(.get, "/v1/rotations/{id}", "readRotation", Permission.rotationsRead, readRotation),
    Endpoint(.post, "/v1/rotations/{id}/provide", "provideToRotation", Permission.rotationsWrite, provideToRotation),
    Endpoint(.post, "/v1/rotations/{id}/confirm", "confirmRotation", Permission.rotationsWrite, confirmRotation),
    Endpoint(.post, "/v1/rotations/{id}/cancel", "cancelRotation", Permission.rotationsWrite, cancelRotation),
    Endpoint(.get, "/v1/rotation-freezes", "listFreezes", Permission.rotationsRead, listFreezes),
    Endpoint(.post, "/v1/rotation-freezes", "freezeRotations", Permission.rotationsWrite, freezeRotations),
    Endpoint(.post, "/v1/rotation-freezes/thaw", "thawRotations", Permission.rotationsWrite, thawRotations),
    Endpoint(
        .get, "/v1/offboardings", "listOffboardings", Permission.offboardingsRead,
        query: ["account", "subject", "state"] + page, listOffboardings),
    Endpoint(.post, "/v1/offboardings", "startOffboarding", Permission.offboardingsWrite, startOffboarding),
    Endpoint(.get, "/v1/offboardings/{id}", "readOffboarding", Permission.offboardingsRead, readOffboarding),
    Endpoint(
        .get, "/v1/offboardings/{id}/items", "listOffboardingItems", Permission.offboardingsRead,
        query: ["state"] + page, listOffboardingItems),
    Endpoint(
        .post, "/v1/offboardings/{id}/cancel", "cancelOffboarding", Permission.offboardingsWrite, cancelOffboarding),
    Endpoint(
        .get, "/v1/offboardings/{id}/report", "reportOffboarding", Permission.offboardingsRead, reportOffboarding),
    Endpoint(
        .get, "/v1/exposures", "listExposures", Permission.credentialsRead,
        query: ["user", "credential", "app", "account", "kind", "since", "format"] + page, listExposures),
    Endpoint(
        .get, "/v1/credentials/{id}/uses", "listCredentialUses", Permission.credentialsRead, query: page,
        listCredentialUses),
    Endpoint(.get, "/v1/apps/{id}/held", "listHeldOfApp", Permission.integrationsRead, query: page, listHeldOfApp),
    Endpoint(
        .get, "/v1/integrations/{id}/uses", "readIntegrationUses", Permission.usageRead,
        query: ["from", "to", "step", "format"] + page, readIntegrationUses),

    Endpoint(
        .get, "/v1/integrations", "listIntegrations", Permission.integrationsRead,
        query: ["account", "app", "credential", "state"] + page, listIntegrations),
    Endpoint(
        .post, "/v1/integrations", "createIntegration", Permission.integrationsWrite, repeatable: true,
        createIntegration),
    Endpoint(.get, "/v1/integrations/{id}", "readIntegration", Permission.integrationsRead, readIntegration),
    Endpoint(.patch, "/v1/integrations/{id}", "changeIntegration", Permission.integrationsWrite, changeIntegration),
    Endpoint(.post, "/v1/integrations/{id}/pause", "pauseIntegration", Permission.integrationsWrite, pauseIntegration),
    Endpoint(
        .post, "/v1/integrations/{id}/resume", "resumeIntegration", Permission.integrationsWrite, resumeIntegration),
    Endpoint(
        .post, "/v1/integrations/{id}/revoke", "revokeIntegration", Permission.integrationsWrite, revokeIntegration),
    Endpoint(
        .post, "/v1/integrations/{id}/reveal", "revealThroughIntegration", Permission.credentialsReveal,
        revealThroughIntegration),

    Endpoint(
        .get, "/v1/events", "listEvents", Permission.eventsRead,
        query: ["after", "limit", "account", "action", "type", "wait"],
        listEvents),
    Endpoint(
        .get, "/v1/webhooks", "listWebhooks", Permission.settingsRead, query: ["account", "state"] + page, listWebhooks),
    Endpoint(.post, "/v1/webhooks", "createWebhook", Permission.settingsWrite, repeatable: true, createWebhook),
    Endpoint(.get, "/v1/webhooks/{id}", "readWebhook", Permission.settingsRead, readWebhook),
    Endpoint(.patch, "/v1/webhooks/{id}", "changeWebhook", Permission.settingsWrite, changeWebhook),
    Endpoint(.post, "/v1/webhooks/{id}/disable", "disableWebhook", Permission.settingsWrite, disableWebhook),
    Endpoint(.post, "/v1/webhooks/{id}/enable", "enableWebhook", Permission.settingsWrite, enableWebhook),
    Endpoint(
        .post, "/v1/webhooks/{id}/rotate", "rotateWebhook", Permission.settingsWrite, repeatable: true, rotateWebhook),
    Endpoint(.post, "/v1/webhooks/{id}/test", "testWebhook", Permission.settingsWrite, testWebhook),
    Endpoint(.post, "/v1/webhooks/{id}/replay", "replayWebhook", Permission.settingsWrite, replayWebhook),
    Endpoint(.post, "/v1/webhooks/{id}/remove", "removeWebhook", Permission.settingsWrite, removeWebhook),
    Endpoint(
        .get, "/v1/webhooks/{id}/deliveries", "listDeliveries", Permission.settingsRead,
        query: ["after", "limit", "state"], listDeliveries),
    Endpoint(
        .post, "/v1/webhooks/{id}/deliveries/{event}/replay", "replayDelivery", Permission.settingsWrite,
        replayDelivery),
    Endpoint(.get, "/v1/audit/key", "readAuditKey", Permission.eventsRead, readAuditKey),
    Endpoint(
        .get, "/v1/audit/checkpoints", "listCheckpoints", Permission.eventsRead, query: ["after", "limit"],
        listCheckpoints),

    Endpoint(.get, "/v1/vault", "readVault", Permission.settingsRead, readVault),
    Endpoint(.post, "/v1/vault/rotate-master-key", "rotateMasterKey", Permission.settingsWrite, rotateMasterKey),
    Endpoint(.post, "/v1/vault/rotate-term", "rotateTerm", Permission.settingsWrite, rotateTerm),
    Endpoint(.post, "/v1/accounts/{id}/erase", "eraseAccount", Permission.accountsErase, eraseAccount),

    Endpoint(.get, "/v1/token-keys", "listTokenKeys", Permission.settingsRead, listTokenKeys),
    Endpoint(.post, "/v1/token-keys/rotate", "rotateTokenKeys", Permission.settingsWrite, rotateTokenKeys),

    Endpoint(.get, "/v1/proxy/ca.pem", "readProxyAuthority", Permission.settingsRead, readProxyAuthority),

    Endpoint(
        .get, "/v1/deposits", "listDeposits", Permission.credentialsRead, query: ["account", "state"] + page,
        listDeposits),
    Endpoint(.post, "/v1/deposits", "inviteDeposit", Permission.credentialsWrite, repeatable: true, inviteDeposit),
    Endpoint(.get, "/v1/deposits/{id}", "readDeposit", Permission.credentialsRead, readDeposit),
    Endpoint(.post, "/v1/deposits/{id}/withdraw", "withdrawDeposit", Permission.credentialsWrite, withdrawDeposit),
    Endpoint(.get, "/v1/deposit-keys", "listDepositKeys", Permission.settingsRead, listDepositKeys),
    Endpoint(.post, "/v1/deposit-keys/rotate", "rotateDepositKeys", Permission.settingsWrite, rotateDepositKeys),
    Endpoint(open: .get, "/deposit", "depositPage", depositPage),
    Endpoint(visiting: .post, "/deposit/request", "readDepositRequest", longestBody: 1024, readDepositRequest),
    Endpoint(visiting: .post, "/deposit", "receiveDeposit", longestBody: longestVisit, receiveDeposit),

    Endpoint(open: .get, "/healthz", "health", health),
    Endpoint(open: .get, "/readyz", "readiness", readiness),
    Endpoint(open: .get, "/metrics", "metrics", metrics),
    Endpoint(open: .get, "/openapi.yaml", "description", apiDescription),
]
