import { assertEquals, assertRejects } from "@std/assert";
import { thisMachine } from "./machine.ts";

Deno.test("thisMachine.readFile() reads no more than it is to, and regular files only", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/key`;
    await Deno.writeTextFile(path, "12345\n");
    assertEquals(await thisMachine.readFile(path, 6), "12345\n");
    await assertRejects(() => thisMachine.readFile(path, 5), RangeError, "it has 6 bytes, more than 5");
    await assertRejects(() => thisMachine.readFile(folder, 10), TypeError, "it is no regular file");
    assertEquals(await thisMachine.readFile(`${folder}/none`, 10), undefined);
    assertEquals(await thisMachine.readFile(`${folder}/none`), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
