// A texture drawn soft: a Gaussian of two pixels' deviation of the size drawn here, the edges mirrored. Of a field of
// directions the mirror image points the other way across the edge, which keeps the field from crossing it.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    vec2 cell;        // the size of one pixel drawn here, 0..1
    float directions; // 1 when red and green are a direction, else 0
};
layout(binding = 1) uniform sampler2D src;

void main()
{
    vec4 sum = vec4(0.0);
    float whole = 0.0;
    for (int row = -4; row <= 4; ++row) {
        for (int column = -4; column <= 4; ++column) {
            vec2 offset = vec2(float(column), float(row));
            float share = exp(-0.125 * dot(offset, offset));
            vec2 at = qt_TexCoord0 + offset * cell;
            vec2 outside = vec2(greaterThan(abs(at - 0.5), vec2(0.5)));
            vec4 there = texture(src, 1.0 - abs(1.0 - abs(at)));
            sum += share * vec4(there.rg * (1.0 - 2.0 * directions * outside), there.ba);
            whole += share;
        }
    }
    fragColor = sum / whole;
}
