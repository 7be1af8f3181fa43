// SPDX-License-Identifier: Apache-2.0

/// The providers that ship with the program, each as its file in `providers/`.
struct Catalogue: Sendable {
    /// One of them.
    struct Entry: Sendable {
        /// What it is put in force as, if nothing else is wanted.
        let name: String
        /// The file.
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        /// What the file says.
        func document() throws(CommandFailure) -> ProviderFile { try ProviderFile(name: "\(name).yaml", bytes: bytes) }
    }

    /// All, in the order of their names.
    static let entries: [Entry] = [
        Entry("airtable", PackageResources.airtable_yaml),
        Entry("anthropic", PackageResources.anthropic_yaml),
        Entry("aws", PackageResources.aws_yaml),
        Entry("bitting", PackageResources.bitting_yaml),
        Entry("cloudflare", PackageResources.cloudflare_yaml),
        Entry("datadog", PackageResources.datadog_yaml),
        Entry("datadog-eu", PackageResources.datadog_eu_yaml),
        Entry("datadog-site", PackageResources.datadog_site_yaml),
        Entry("digitalocean", PackageResources.digitalocean_yaml),
        Entry("easypost", PackageResources.easypost_yaml),
        Entry("fedex", PackageResources.fedex_yaml),
        Entry("github", PackageResources.github_yaml),
        Entry("gitlab", PackageResources.gitlab_yaml),
        Entry("gitlab-project", PackageResources.gitlab_project_yaml),
        Entry("google-maps", PackageResources.google_maps_yaml),
        Entry("hubspot", PackageResources.hubspot_yaml),
        Entry("intercom", PackageResources.intercom_yaml),
        Entry("linear", PackageResources.linear_yaml),
        Entry("mailchimp", PackageResources.mailchimp_yaml),
        Entry("mailgun", PackageResources.mailgun_yaml),
        Entry("notion", PackageResources.notion_yaml),
        Entry("openai", PackageResources.openai_yaml),
        Entry("openai-project", PackageResources.openai_project_yaml),
        Entry("openweathermap", PackageResources.openweathermap_yaml),
        Entry("pagerduty", PackageResources.pagerduty_yaml),
        Entry("paypal", PackageResources.paypal_yaml),
        Entry("plaid", PackageResources.plaid_yaml),
        Entry("postmark", PackageResources.postmark_yaml),
        Entry("resend", PackageResources.resend_yaml),
        Entry("salesforce", PackageResources.salesforce_yaml),
        Entry("sendgrid", PackageResources.sendgrid_yaml),
        Entry("sentry", PackageResources.sentry_yaml),
        Entry("shipengine", PackageResources.shipengine_yaml),
        Entry("shippo", PackageResources.shippo_yaml),
        Entry("shopify", PackageResources.shopify_yaml),
        Entry("slack", PackageResources.slack_yaml),
        Entry("stripe", PackageResources.stripe_yaml),
        Entry("telegram", PackageResources.telegram_yaml),
        Entry("trello", PackageResources.trello_yaml),
        Entry("twilio", PackageResources.twilio_yaml),
        Entry("twilio-key", PackageResources.twilio_key_yaml),
        Entry("zendesk", PackageResources.zendesk_yaml),
    ]

    /// The one of this name.
    static func entry(_ name: String) throws(CommandFailure) -> Entry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw CommandFailure(
                "The catalogue has no \(name).", fix: "See `bitting provider catalog`, or describe it: provider put.")
        }
        return entry
    }
}
