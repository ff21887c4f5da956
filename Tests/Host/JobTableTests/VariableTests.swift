import Testing

@testable import JobTable

/// Values from the environment.
@Suite struct VariableTests {
  private let environment = ["N": "5s", "EMPTY": "", "WIDTH": "20%", "API_KEY": "hunter2hunter2"]

  private func parameter(_ text: String) -> String? {
    load(job: "every: 1s\nparameters: { p: \(text) }", environment: environment).job?
      .parameters["p"]
  }

  @Test(arguments: [
    ("${N}", "5s"), ("${WIDTH:-15%}", "20%"), ("${GONE:-15%}", "15%"), ("${GONE:-}", ""),
    ("${EMPTY:-1h}", "1h"), ("a-${N}-${GONE:-b}", "a-5s-b"), ("$${N}", "${N}"), ("5$$", "5$"),
    ("\"${N}\"", "5s"), ("'${GONE:-a, b: c}'", "a, b: c"), ("${GONE:-10 SOL}", "10 SOL"),
    ("${GONE:-1}m", "1m"), ("'$$$${N}'", "$${N}"),
  ])
  func variablesAreReplaced(text: String, value: String) {
    #expect(parameter(text) == value)
  }

  @Test(arguments: [
    ("${GONE}", "jobs.yaml:6:12: error: the variable GONE is not set"),
    ("\"1${GONE}\"", "jobs.yaml:6:14: error: the variable GONE is not set"),
    ("$N", "jobs.yaml:6:12: error: a lone '$'"),
    ("'${N'", "jobs.yaml:6:13: error: '${' without '}' on the same line"),
    ("'${}'", "jobs.yaml:6:13: error: '${}' is no variable"),
    ("'${1A}'", "jobs.yaml:6:13: error: '${1A}' is no variable"),
    ("'${N-2s}'", "jobs.yaml:6:13: error: '${N-2s}' is no variable"),
    ("'${A:-${B}}'", "jobs.yaml:6:13: error: '${A:-${B}' is no variable"),
  ])
  func wrongVariablesAreReportedOnce(text: String, summary: String) {
    #expect(load(job: "every: \(text)", environment: environment).summaries == [summary])
  }

  @Test func aNearVariableIsSuggested() {
    let loaded = load(job: "every: ${WIDHT}", environment: environment)
    #expect(loaded.diagnostics.first?.suggestion == "${WIDTH}")
  }

  @Test func bracesInFlowMappingsKeepLaterColumns() {
    let loaded = load("version: 1\njobs: { a: { plugin: Idle, every: ${GONE:-1h}, evry: 1s } }")
    #expect(loaded.summaries == ["jobs.yaml:2:48: error: unknown key 'evry'"])
    #expect(loaded.diagnostics.first?.excerpt?.contains("${GONE:-1h}") == true)
  }

  @Test(arguments: [
    ("API_KEY", true), ("DB_PASSWORD", true), ("wallet_secret", true), ("private_key", true),
    ("AUTH_TOKEN", true), ("PASSPHRASE", true), ("TOKEN", false), ("token_decimals", false),
    ("public_key", false), ("tokens", false), ("KEYBOARD", false), ("buy_width", false),
  ])
  func secretsAreKnownByTheirNames(name: String, isSecret: Bool) {
    #expect(Secrets.isSecretName(name) == isSecret)
  }

  @Test func secretsNeverAppearInDiagnostics() {
    let loaded = load(
      job:
        "every: ${API_KEY}\npriority: ${NO_TOKEN:-swordfish}\nparameters: { password: sesame, x: [1] }",
      environment: environment)
    let text = loaded.diagnostics.rendered() + "\(loaded.diagnostics)"
    #expect(loaded.diagnostics.count == 3)
    #expect(!text.contains("hunter2") && !text.contains("swordfish") && !text.contains("sesame"))
  }

  @Test func secretParametersAreMarked() {
    let loaded = load(
      job: "every: 1s\nparameters: { a: \"${API_KEY}\", password: x, b: 1 }",
      environment: environment)
    #expect(loaded.job?.parameters["a"] == "hunter2hunter2")
    #expect(loaded.job?.secretParameters == ["a", "password"])
  }

  @Test func printingAJobShowsNoSecret() throws {
    let loaded = load(
      job: "every: 1s\nparameters: { a: \"${API_KEY}\", b: 1 }", environment: environment)
    let job = try #require(loaded.job)
    #expect("\(job)" == "one (Idle, every 1s)")
    #expect(!"\(String(describing: loaded.table))".contains("hunter2"))
    #expect(job.shownParameters() == ["a": Masking.mask, "b": "1"])
  }

  @Test(arguments: [
    ("postgres://me:pw@host/db", "postgres://me:••••••@host/db"),
    ("redis://host", "redis://host"), (".state/a.db", ".state/a.db"),
  ])
  func passwordsInAddressesAreMasked(address: String, shown: String) {
    #expect(Masking.address(address) == shown)
  }
}
