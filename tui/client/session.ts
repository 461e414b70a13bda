import { type Address, type AddressOptions, resolveAddress } from "./address.ts";
import { Connection } from "./connection.ts";

/** Runs `work` with a connection to the daemon and closes it afterwards. */
export async function withDaemon<T>(
  options: AddressOptions,
  work: (daemon: Connection) => Promise<T>,
): Promise<T> {
  const address: Address = resolveAddress(options);
  const daemon = new Connection(address);
  await daemon.open();
  try {
    return await work(daemon);
  } finally {
    daemon.close();
  }
}
