import Glibc

@testable import Gridkeeper

/// A real, small file system that a host keeps its store on: in a mount namespace of the host's own,
/// so that an ordinary user may make it and it is gone with the host.
struct SmallDisk {
  /// Fills the disk when `fill` appears, makes room again when `free` does, and keeps a copy of the
  /// store outside when the host has ended.
  private static let script = """
    cd "$1" && mount -t tmpfs -o size=3m small disk || exit 77
    "$2" run "$3" &
    host=$!
    trap 'kill -TERM $host' TERM
    while kill -0 $host 2>/dev/null; do
      if [ -e fill ]; then cat /dev/zero >disk/ballast 2>/dev/null; rm fill; fi
      if [ -e free ]; then rm -f disk/ballast free; fi
      sleep 0.02
    done
    wait $host
    code=$?
    cp disk/store.db* .
    exit $code
    """

  private static let words =
    geteuid() == 0 ? ["unshare", "--mount"] : ["unshare", "--user", "--map-root-user", "--mount"]

  /// Whether this machine lets a test mount one.
  static func isPossible() async -> Bool {
    let probe = words + ["sh", "-c", "mount -t tmpfs -o size=1m probe /mnt"]
    let call = try? await CommandCall.run(
      "/usr/bin/env", probe, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    return call?.code == 0
  }

  /// Starts a host whose table puts its store into `disk/store.db`.
  static func host(_ folder: HostFolder) async throws -> HostProcess {
    mkdir(folder.file("disk"), 0o700)
    let child = try ChildProcess(
      "/usr/bin/env",
      words + ["sh", "-c", script, "sh", folder.path, HostFolder.executable, folder.table],
      environment: folder.environment)
    return try await HostProcess(folder, child)
  }

  static func fill(_ folder: HostFolder) async throws { try await ask("fill", folder) }

  static func free(_ folder: HostFolder) async throws { try await ask("free", folder) }

  private static func ask(_ word: String, _ folder: HostFolder) async throws {
    try folder.write("", to: word)
    try await within(.seconds(30), "the disk to \(word)") {
      while access(folder.file(word), F_OK) == 0 { try await Task.sleep(for: .milliseconds(10)) }
    }
  }
}
