"""Packets as bytes: the picture's, and VP9's transparency beside it."""

_TRANSPARENCY = "matroska_block_additional"


def split(packet):
    """(bytes of the picture, bytes of its transparency, which may be none)."""
    beside = b""
    if hasattr(packet, "get_sidedata"):  # older PyAV has it not
        beside = bytes(packet.get_sidedata(_TRANSPARENCY))
    return bytes(packet), beside


def joined(picture, transparency):
    """An av.Packet of what `split` gave."""
    from av import packet

    made = packet.Packet(picture)
    if transparency:
        beside = packet.PacketSideData(
            packet.packet_sidedata_type_from_literal(_TRANSPARENCY),
            len(transparency))
        beside.update(transparency)
        beside.to_packet(made, move=True)
    return made
