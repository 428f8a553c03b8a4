import { actionsOn, allows, blockOf, isPossible } from "../rules/permissions.js";

// What one does to a message of the shown room, or to its author, and who may.
export class MessageActions {
  #chat;

  constructor(chat) {
    this.#chat = chat;
  }

  may(act, message) {
    if (message.id === undefined || message.deleted) return false;
    const { author, kind, thread } = message;
    if (kind !== "notice") {
      const { blocks, me } = this.#chat;
      if (act === "copy") return true;
      if (act === "block") return author.id !== me.id && !author.deleted && !blocks.has(author.id);
      if (act === "unblock") return blocks.has(author.id);
      if (act === "thread") return thread === undefined;
      if (act === "unread") return thread === undefined && this.#chat.counts(message);
    }
    return actionsOn(this.#viewer, message).has(act);
  }

  // Whether there is anything that the person may do with a message.
  mayAct(message) {
    return this.may("copy", message) || this.may("delete", message) || this.may("edit", message);
  }

  // Whether the person's role in the shown room is enough, whether or not it is archived.
  allows(act) {
    return allows(this.#viewer, act);
  }

  // Whether the person may do this in the shown room as it is now.
  isPossible(act) {
    return isPossible(this.#viewer, act);
  }

  // Why one cannot write in the shown room, or null.
  get postingBlock() {
    return blockOf(this.#viewer);
  }

  get #viewer() {
    const { permissions, me, room, isAdministrator, blocks, ranks } = this.#chat;
    return { permissions, me, room, isAdministrator, blocks, roleOf: (id) => ranks.of(id) };
  }

  // Rejects with what the server says against it: the text is the editor's, and stays there.
  // Where the message has other words than at the version `based_on`, it is shown as it is now.
  async edit(message, body, based_on) {
    const room = this.#chat.shown;
    try {
      await this.#command("message.edit", message, { body, based_on });
    } catch (error) {
      if (error.present) this.#chat.put(room, error.present);
      throw error;
    }
  }

  // Rejects likewise: the reason stays in its field.
  async report(message, reason) {
    await this.#chat.socket.command("message.report", { room: this.#chat.shown, message: message.id, reason });
  }

  delete(message, reason) {
    return this.#do("message.delete", message, { reason });
  }

  // All that its author posted in the last hour. Whether it was done.
  purge(message, reason) {
    const { socket, shown: room } = this.#chat;
    return this.#tried(socket.command("member.purge", { room, user: message.author.id, reason }));
  }

  block(user) {
    return this.#tried(this.#chat.blocks.block(user));
  }

  unblock(user) {
    return this.#tried(this.#chat.blocks.unblock(user));
  }

  pin(message) {
    return this.#do(message.pinned ? "message.unpin" : "message.pin", message);
  }

  // One's own is taken back, another's is joined.
  react(message, emoji) {
    const { id } = this.#chat.me;
    const reaction = message.reactions?.find((one) => one.emoji === emoji);
    const isMine = reaction?.users.some((user) => user.id === id);
    return this.#do(isMine ? "reaction.remove" : "reaction.add", message, { emoji });
  }

  // Everything above counts as read.
  async unread({ position }) {
    const { conversation, socket, shown } = this.#chat;
    await conversation.reading.readBefore(position);
    await this.#tried(socket.command("room.unread", { room: shown, position }));
  }

  #do(type, message, members) {
    return this.#tried(this.#command(type, message, members));
  }

  async #command(type, message, members) {
    const room = this.#chat.shown;
    const ack = await this.#chat.socket.command(type, { room, message: message.id, ...members });
    this.#chat.put(room, ack.message);
  }

  async #tried(done) {
    try {
      await done;
      return true;
    } catch (error) {
      this.#chat.complain(error.message);
      return false;
    }
  }
}
