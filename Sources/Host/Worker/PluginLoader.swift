import CSandbox
import Glibc
@_spi(Host) package import PluginAPI
package import Wire

/// A plugin whose library is open.
package struct LoadedPlugin: Sendable {
  package let name: String
  package let version: String
  /// The library's SHA-256 digest, in lower-case hexadecimal.
  package let digest: String
  package let jobs: [JobDescriptor]

  package init(manifest: PluginManifest, digest: String) {
    name = manifest.name
    version = manifest.version
    self.digest = digest
    jobs = manifest.jobs
  }
}

/// Opens plugin libraries, and never closes them: unloading Swift code crashes the process later.
package enum PluginLoader: Sendable {
  /// Opens the library that the host names and asks it what it offers.
  ///
  /// A plugin that traps while it is loaded takes the process with it; the host tells that story.
  ///
  /// - Throws: `LoadFailure` saying what was found, what was expected and what to do.
  package static func load(_ hello: HostHello) throws(LoadFailure) -> LoadedPlugin {
    let digest = try digest(hello)
    guard let library = unsafe dlopen(hello.library, RTLD_NOW | RTLD_LOCAL) else {
      throw LoadFailure(.notLoadable, "cannot open \(hello.library): \(lastError())")
    }
    let symbol = PluginManifest.entrySymbol(plugin: hello.plugin)
    guard let address = unsafe dlsym(library, symbol) else {
      throw unsafe missing(symbol, in: library, hello)
    }
    let entry = unsafe unsafeBitCast(address, to: Entry.self)
    let manifest = unsafe PluginManifest.imported(entry())
    try check(manifest, hello)
    return LoadedPlugin(manifest: manifest, digest: digest)
  }

  private typealias Entry = @convention(c) () -> UnsafeMutableRawPointer

  private static func digest(_ hello: HostHello) throws(LoadFailure) -> String {
    guard let digest = SHA256.hex(file: hello.library) else {
      throw LoadFailure(
        .notLoadable, "cannot read \(hello.library): \(unsafe String(cString: strerror(errno)))")
    }
    guard let pin = hello.pin, pin != digest else { return digest }
    throw LoadFailure(
      .wrongDigest,
      "\(hello.library) has the digest \(digest) but the job table pins \(pin); "
        + "deploy the pinned build or change the pin")
  }

  private static func missing(
    _ symbol: String, in library: UnsafeMutableRawPointer, _ hello: HostHello
  ) -> LoadFailure {
    let host = hello.newestContract
    for version in 0...99 where version != host {
      let other = PluginManifest.entrySymbol(plugin: hello.plugin, contract: version)
      guard unsafe dlsym(library, other) != nil else { continue }
      let remedy =
        version > host
        ? "upgrade the host, or build the plugin against contract \(host)"
        : "build the plugin against contract \(host)"
      return LoadFailure(
        .contractMismatch,
        "\(hello.library) speaks contract \(version), this host speaks \(host); \(remedy)")
    }
    return LoadFailure(
      .noEntry,
      "\(hello.library) exports no function \(symbol); a plugin called \(hello.plugin) must export "
        + "`@c(\(symbol)) public func`")
  }

  private static func check(_ manifest: PluginManifest, _ hello: HostHello) throws(LoadFailure) {
    guard manifest.name == hello.plugin else {
      throw LoadFailure(
        .badManifest,
        "\(hello.library) calls itself \(manifest.name); expected \(hello.plugin), as its file does"
      )
    }
    var seen: Set<JobKind> = []
    for job in manifest.jobs where !seen.insert(job.kind).inserted {
      throw LoadFailure(.badManifest, "\(hello.library) offers the job kind \(job.kind) twice")
    }
  }

  private static func lastError() -> String {
    unsafe dlerror().map { unsafe String(cString: $0) } ?? "unknown error"
  }
}
